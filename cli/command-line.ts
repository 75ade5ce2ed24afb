import { type ParseArgsOptionsConfig, parseArgs } from "node:util";

/** What was typed cannot be meant; the message says what can. */
export class UsageError extends Error {}

/**
 * The frame of every program here. `--help` prints the usage; a mistake in the options prints what is
 * wrong and sets the exit code 2; any other failure prints its message, without a stack, and sets 1.
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
    const mistaken = error instanceof UsageError || isParseError(error);
    process.exitCode = mistaken ? 2 : 1;
    console.error(error instanceof Error ? error.message : String(error));
    if (mistaken) console.error("Run it with --help for the options.");
  }
}

type Values<O extends ParseArgsOptionsConfig> = ReturnType<
  typeof parseArgs<{ options: O }>
>["values"];

function isParseError(error: unknown): boolean {
  return String((error as { code?: unknown } | null)?.code).startsWith("ERR_PARSE_ARGS_");
}

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
