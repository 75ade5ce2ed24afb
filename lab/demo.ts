import { oneOf, program, wholeNumber } from "../cli/command-line.ts";
import { steps } from "../lib/rotation/event.ts";
import { brokenPromises, perform } from "./demo/performance.ts";
import { reportOf } from "./demo/report.ts";
import { Story } from "./demo/story.ts";
import { serverTypes } from "./servers.ts";
import { startWorld } from "./world.ts";

const { strategies } = serverTypes.postgres;

const usage = `Rotates a PostgreSQL password from end to end on this machine, without AWS.

  npm run demo -- [options]

  --strategy NAME   ${strategies.join(", ")} (default: alternating-users)
  --step-gap MS     pause between two steps, in milliseconds (default: 0)
  --fail STEP       make a step fail on every attempt: ${steps.join(", ")}
  --json            print one JSON object and nothing else (npm run --silent demo -- --json)
  --help            print this`;

const options = {
  strategy: { type: "string", default: "alternating-users" },
  "step-gap": { type: "string", default: "0" },
  fail: { type: "string" },
  json: { type: "boolean", default: false },
} as const;

await program(usage, options, async (values) => {
  const strategy = oneOf("--strategy", values.strategy, strategies);
  const stepGapMs = wholeNumber("--step-gap", values["step-gap"], [0, 60_000]);
  const fail = values.fail === undefined ? undefined : oneOf("--fail", values.fail, steps);

  await using server = await serverTypes.postgres.start();
  const timing = { attempts: 2, retryDelayMs: 200, stepGapMs };
  await using world = await startWorld({ server, strategy, timing });
  const story = values.json ? undefined : new Story(strategy, fail);
  await story?.opening(world);
  const shown = await perform(world, { strategy, fail }, (step) => story?.step(step));
  story?.closing(shown);
  if (values.json) console.log(JSON.stringify(reportOf(shown, { strategy, fail })));
  const broken = brokenPromises(shown, fail);
  if (broken.length > 0) throw new Error(broken.join("\n"));
});
