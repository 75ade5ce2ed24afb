import type { WriteStream } from "node:tty";

/** One line that is written over and over, on a terminal only. */
export function progressLine(stream: Pick<WriteStream, "isTTY" | "write">) {
  const write = (text: string) => {
    if (stream.isTTY) stream.write(`\r\x1b[K${text}`);
  };
  return {
    show: (done: number, total: number) => write(`${done} of ${total} secrets checked …`),
    clear: () => write(""),
  };
}
