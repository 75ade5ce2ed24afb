/** The process of WarmProcess: imports the program anew for each run, and with it nothing else. */
import { pathToFileURL } from "node:url";

const [node = ""] = process.argv;

interface Run {
  readonly file: string;
  readonly options: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

let runs = 0;

process.on("message", async ({ file, options, env }: Run) => {
  process.argv = [node, file, ...options];
  process.env = env;
  process.exitCode = 0;
  const [stdout, stderr] = [capture(process.stdout), capture(process.stderr)];
  runs += 1;
  await import(`${pathToFileURL(file)}?run=${runs}`);
  process.send?.({ code: process.exitCode, stdout: stdout(), stderr: stderr() });
});

/** Takes over the stream; what it returns gives the stream back, and answers with what was written. */
function capture(stream: NodeJS.WriteStream): () => string {
  const { write } = stream;
  let written = "";
  stream.write = (chunk: string | Uint8Array) => {
    written += chunk;
    return true;
  };
  return () => {
    stream.write = write;
    return written;
  };
}
