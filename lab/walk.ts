import { readFileSync } from "node:fs";
import { program, UsageError, wholeNumber } from "../cli/command-line.ts";
import { operationNames } from "./walk/generate.ts";
import { replay, shortest, type Walk, walk } from "./walk/walk.ts";

const usage = `Lets operators' moves and failures happen at random in a simulated account, and checks every promise after each.

  npm run walk -- [options]

  --seed N        where the walk begins (default: a random seed, which is printed)
  --steps N       how many operations take place (default: 1000)
  --without KIND  leave operations out, e.g. "move AWSCURRENT", to look beyond a fault that is known; repeatable
  --real          on real PostgreSQL servers, the stand-in over the wire, and the built functions. Time jumps, and the
                  operations are those of the seed, but not the moments in which they meet the functions' calls
  --replay FILE   play the operations of a walk that broke a promise, as this program prints them
  --json          print { seed, steps, broken, untold, toldTwice } and nothing else (npm run --silent walk -- --json)
  --help          print this

A walk that breaks a promise is shrunk to a short one, which is printed to standard error.

Exit codes: 0 no promise broke, 1 a promise broke, 2 invalid options.`;

const options = {
  seed: { type: "string", not: "replay" },
  steps: { type: "string", default: "1000", not: "replay" },
  without: { type: "string", multiple: true, not: "replay" },
  real: { type: "boolean", default: false },
  replay: { type: "string" },
  json: { type: "boolean", default: false },
} as const;

await program(usage, options, async ({ seed, steps, without = [], real, replay: file, json }) => {
  requireOperations(without);
  const walked =
    file === undefined
      ? await walk(seedOf(seed), wholeNumber("--steps", steps, [1, 1_000_000]), { without, real })
      : await replayed(file, real);
  const { broken, untold, toldTwice } = walked;
  if (broken.length + untold.length + toldTwice.length > 0) process.exitCode = 1;
  if (broken.length > 0 && file === undefined) await printShortest(walked, real);
  print(walked, json);
});

function seedOf(seed = String(Date.now() % 1_000_000)): number {
  return wholeNumber("--seed", seed, [0, 2 ** 32 - 1]);
}

/** @throws UsageError if a name does not begin any operation, or if no operation is left */
function requireOperations(without: readonly string[]): void {
  const names = operationNames();
  const all = names.join("\n  ");
  for (const name of without)
    if (name === "" || !names.some((each) => each.startsWith(name)))
      throw new UsageError(`No operation begins with "${name}". There are:\n  ${all}`);
  if (names.every((each) => without.some((name) => each.startsWith(name))))
    throw new UsageError("No operation is left.");
}

async function replayed(file: string, real: boolean): Promise<Walk> {
  const { seed, operations } = printedIn(file);
  return replay(seed, operations, { real });
}

/** @throws UsageError unless the file holds a walk as this program prints it */
function printedIn(file: string): Pick<Walk, "seed" | "operations"> {
  try {
    const { seed, operations } = JSON.parse(readFileSync(file, "utf8"));
    if (typeof seed === "number" && Array.isArray(operations)) return { seed, operations };
  } catch {
    // Told below: whether it is not there or is not JSON, it is the wrong file.
  }
  throw new UsageError(
    `Cannot read a walk from "${file}": it must hold { "seed", "operations" }, as printed for a walk that broke a promise.`,
  );
}

/** What takes real time is printed as it is. */
async function printShortest(walked: Walk, real: boolean): Promise<void> {
  const what = real ? "The sequence, for --replay" : "Shortest sequence";
  console.error(`Seed ${walked.seed} breaks a promise in step ${walked.steps}. ${what}:`);
  const { seed, operations, broken } = real ? walked : await shortest(walked);
  console.error(JSON.stringify({ seed, operations, broken }));
}

function print({ seed, steps, broken, untold, toldTwice }: Walk, json: boolean): void {
  const lists = { broken, untold, toldTwice };
  if (json) {
    console.log(JSON.stringify({ seed, steps, ...lists }));
    return;
  }
  console.log(`seed ${seed}: ${steps} steps`);
  for (const [name, list] of Object.entries(lists))
    for (const { step, promise, what } of list)
      console.log(`${name}, step ${step}: ${promise}: ${what}`);
}
