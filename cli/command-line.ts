import { type ParseArgsOptionDescriptor, parseArgs } from "node:util";
import { suggestion } from "../lib/manifest/suggestion.ts";

/** The options are invalid; the message names what is valid. */
export class UsageError extends Error {}

type Option = ParseArgsOptionDescriptor & {
  /** It has no effect without this option. */
  readonly needs?: string;
  /** It has no effect beside this option. */
  readonly not?: string;
};

interface Manner {
  /** Something may stand beside the options. */
  readonly takesOthers?: boolean;
  /** Somebody may pass a secret value by mistake: what is invalid is not repeated. */
  readonly isDiscreet?: boolean;
}

type Options = Readonly<Record<string, Option>>;

/**
 * Runs a command. `--help` prints the usage. Invalid options print one sentence and set the exit code 2; any other
 * failure prints its message, without a stack trace, and sets 1.
 * @param run gets what stands beside the options, where it takes that
 */
export async function program<O extends Options>(
  usage: string,
  options: O,
  run: (values: Values<O>, others: readonly string[]) => Promise<void>,
  { takesOthers = false, isDiscreet = false }: Manner = {},
): Promise<void> {
  try {
    const help = { help: { type: "boolean" } } as const;
    const { values, positionals, tokens } = parseArgs({
      options: { ...options, ...help },
      allowPositionals: takesOthers,
      tokens: true,
    });
    if ("help" in values && values.help) return console.log(usage);
    refuseUnused(
      options,
      tokens.flatMap((token) => (token.kind === "option" ? token.name : [])),
    );
    await run(values as Values<O>, positionals);
  } catch (error) {
    const isInvalid = error instanceof UsageError || isParseError(error);
    process.exitCode = isInvalid ? 2 : 1;
    const message = error instanceof Error ? error.message : String(error);
    const invalid = isDiscreet ? "These options are invalid." : firstSentence(message);
    console.error(isParseError(error) ? invalid : message);
    if (isInvalid) console.error("Run it with --help for the options.");
  }
}

/** @throws UsageError where one of the options that were given has no effect */
function refuseUnused(options: Options, given: readonly string[]): void {
  for (const name of given) {
    const { needs, not } = options[name] ?? {};
    if (needs !== undefined && !given.includes(needs))
      throw new UsageError(`--${name} needs --${needs}.`);
    if (not !== undefined && given.includes(not))
      throw new UsageError(`--${name} cannot be combined with --${not}.`);
  }
}

type Values<O extends Options> = ReturnType<typeof parseArgs<{ options: O }>>["values"];

function isParseError(error: unknown): boolean {
  return String((error as { code?: unknown } | null)?.code).startsWith("ERR_PARSE_ARGS_");
}

/** Node goes on with advice about positional arguments, which no command here takes. */
const firstSentence = (message: string) => `${message.split(/\.?(?:\s*\n|\. )/)[0]}.`;

/** @throws UsageError unless the text is a whole number within the bounds */
export function wholeNumber(option: string, text: string, [min, max]: readonly [number, number]) {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new UsageError(`${option} must be a whole number from ${min} to ${max}, not "${text}".`);
}

/** @throws UsageError unless the text is one of the choices */
export function oneOf<T extends string>(option: string, text: string, choices: readonly T[]): T {
  const chosen = choices.find((choice) => choice === text);
  if (chosen) return chosen;
  const meant = suggestion(text, choices);
  throw new UsageError(`${option} takes ${choices.join(", ")}, not "${text}"${meant}.`);
}
