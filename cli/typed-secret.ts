import type { ReadStream } from "node:tty";
import { Secret } from "../lib/secret/secret.ts";

/** Where values are typed or piped in. */
interface Input extends Pick<ReadStream, "isTTY" | "setEncoding"> {
  setRawMode?(isRaw: boolean): unknown;
  [Symbol.asyncIterator](): AsyncIterator<string>;
}

/** The terminal was left by Ctrl-C or Ctrl-D. */
export class InputEnded extends Error {
  constructor() {
    super("Nothing was handed over; nothing was changed.");
  }
}

/** In characters: a secret holds 65,536 bytes. */
const most = 65_536;

/**
 * Values that must not be seen: typed one by one at a terminal, which shows nothing of them, or piped in, one a line. A
 * single one may have several lines in a pipe; the line break at its end is not part of it.
 * @param ask shows a prompt, for people
 * @throws InputEnded
 */
export async function typedSecrets(
  prompts: readonly string[],
  input: Input,
  ask: (text: string) => void,
): Promise<readonly Secret<string>[]> {
  input.setEncoding("utf8");
  if (!input.isTTY) return piped(prompts.length, await textOf(input));
  input.setRawMode?.(true);
  try {
    return await typed(prompts, input[Symbol.asyncIterator](), ask);
  } finally {
    input.setRawMode?.(false);
  }
}

async function textOf(input: Input): Promise<string> {
  let text = "";
  for await (const chunk of { [Symbol.asyncIterator]: () => input[Symbol.asyncIterator]() })
    if (text.length <= most) text += chunk;
  return text;
}

function piped(count: number, text: string): readonly Secret<string>[] {
  const trimmed = text.replace(/(?:\r?\n)+$/, "");
  const lines = count === 1 ? [trimmed] : trimmed.split(/\r?\n/);
  return Array.from({ length: count }, (_, index) => new Secret(lines[index] ?? ""));
}

async function typed(
  prompts: readonly string[],
  chunks: AsyncIterator<string>,
  ask: (text: string) => void,
): Promise<readonly Secret<string>[]> {
  const values: Secret<string>[] = [];
  let waiting = "";
  for (const prompt of prompts) {
    ask(prompt);
    let line = "";
    while (!line.endsWith("\n")) {
      const [key, ...rest] = waiting || (await nextOf(chunks));
      waiting = rest.join("");
      line = pressed(line, key ?? "");
    }
    ask("\n");
    values.push(new Secret(line.slice(0, -1)));
  }
  return values;
}

async function nextOf(chunks: AsyncIterator<string>): Promise<string> {
  const { value, done } = await chunks.next();
  if (done) throw new InputEnded();
  // Around what is pasted some terminals send a mark.
  return String(value).replaceAll("\u001b[200~", "").replaceAll("\u001b[201~", "");
}

/** What a line becomes by a key, as terminals do it themselves when they show it. @throws InputEnded */
function pressed(line: string, key: string): string {
  if (key === "\u0003" || key === "\u0004") throw new InputEnded();
  if (key === "\r" || key === "\n") return `${line}\n`;
  if (key === "\u0015") return "";
  if (key === "\u007f" || key === "\b") return line.slice(0, -1);
  return line + key;
}
