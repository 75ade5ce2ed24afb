import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { replay, shortest, type Walk, walk } from "./walk/walk.ts";

const usage = `Usage: npm run walk -- [--seed N] [--steps N] [--without KIND]... [--json]
       npm run walk -- --replay FILE [--json]

Operators' moves and failures at random, in a simulated account; after each the promises are checked.
A walk that breaks one is shrunk and printed as JSON, which --replay plays again.
--without leaves out operations, e.g. "move AWSCURRENT", to look beyond a fault that is known.
`;

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    steps: { type: "string", default: "1000" },
    without: { type: "string", multiple: true, default: [] },
    replay: { type: "string" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

async function main(): Promise<Walk> {
  if (values.replay !== undefined) {
    const { seed, operations } = JSON.parse(readFileSync(values.replay, "utf8"));
    return replay(seed, operations);
  }
  const seed = Number(values.seed ?? Date.now() % 1_000_000);
  return walk(seed, Number(values.steps), { without: values.without });
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
      for (const { step, promise, what } of list)
        console.log(`${name}, step ${step}: ${promise}: ${what}`);
  }
}
