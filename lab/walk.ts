import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { shrink } from "./walk/shrink.ts";
import { replay, type Walk, walk } from "./walk/walk.ts";

const usage = `Usage: npm run walk -- [--seed N] [--steps N] [--json] | --replay FILE

Operators' moves and failures at random, in a simulated account; after each the promises are checked.
A walk that breaks one is shrunk and printed as JSON, which --replay plays again.
`;

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    steps: { type: "string", default: "1000" },
    replay: { type: "string" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

async function shortest({ seed, operations, broken }: Walk): Promise<Walk> {
  const promise = broken[0]?.promise;
  const fails = async (shorter: Walk["operations"]) =>
    (await replay(seed, shorter)).broken[0]?.promise === promise;
  return replay(seed, await shrink(operations, fails));
}

async function main(): Promise<Walk> {
  if (values.replay !== undefined) {
    const { seed, operations } = JSON.parse(readFileSync(values.replay, "utf8"));
    return replay(seed, operations);
  }
  const seed = Number(values.seed ?? Date.now() % 1_000_000);
  return walk(seed, Number(values.steps));
}

if (values.help) console.log(usage);
else {
  const walked = await main();
  const { seed, steps, broken, untold, toldTwice } = walked;
  const lists = { broken, untold, toldTwice };
  if (broken.length > 0) process.exitCode = 1;
  if (broken.length > 0 && values.replay === undefined) {
    console.error(`Seed ${seed} breaks a promise in step ${steps}. The shortest sequence found:`);
    const short = await shortest(walked);
    console.error(JSON.stringify({ seed, operations: short.operations, broken: short.broken }));
  }
  if (values.json) console.log(JSON.stringify({ seed, steps, ...lists }));
  else {
    console.log(`seed ${seed}: ${steps} steps`);
    for (const [name, list] of Object.entries(lists))
      for (const { step, promise, what } of list) console.log(`${name}, step ${step}: ${promise}: ${what}`);
  }
}
