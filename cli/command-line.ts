import { type ParseArgsOptionsConfig, parseArgs } from "node:util";

/** The options are invalid; the message names what is valid. */
export class UsageError extends Error {}

/**
 * Runs a command. `--help` prints the usage. Invalid options print one sentence and set the exit code 2; any other
 * failure prints its message, without a stack trace, and sets 1.
 */
export async function program<O extends ParseArgsOptionsConfig>(
  usage: string,
  options: O,
  run: (values: Values<O>) => Promise<void>,
): Promise<void> {
  try {
    const help = { help: { type: "boolean" } } as const;
    const { values } = parseArgs({ options: { ...options, ...help } });
    if ("help" in values && values.help) console.log(usage);
    else await run(values as Values<O>);
  } catch (error) {
    const isInvalid = error instanceof UsageError || isParseError(error);
    process.exitCode = isInvalid ? 2 : 1;
    const message = error instanceof Error ? error.message : String(error);
    console.error(isParseError(error) ? firstSentence(message) : message);
    if (isInvalid) console.error("Run it with --help for the options.");
  }
}

type Values<O extends ParseArgsOptionsConfig> = ReturnType<
  typeof parseArgs<{ options: O }>
>["values"];

function isParseError(error: unknown): boolean {
  return String((error as { code?: unknown } | null)?.code).startsWith("ERR_PARSE_ARGS_");
}

/** Node goes on with advice about positional arguments, which no command here takes. */
const firstSentence = (message: string) => `${message.split(/\.?(?:\s*\n|\. )/)[0]}.`;

/** @throws UsageError unless the text is a whole number within the bounds */
export function wholeNumber(option: string, text: string, [min, max]: readonly [number, number]) {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new UsageError(`${option} takes a whole number from ${min} to ${max}, not "${text}".`);
}

/** @throws UsageError unless the text is one of the choices */
export function oneOf<T extends string>(option: string, text: string, choices: readonly T[]): T {
  const chosen = choices.find((choice) => choice === text);
  if (chosen) return chosen;
  throw new UsageError(`${option} takes ${choices.join(", ")}, not "${text}".`);
}
