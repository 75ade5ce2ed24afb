import { program, wholeNumber } from "../cli/command-line.ts";
import { steps } from "../lib/rotation/event.ts";
import { brokenPromises, perform } from "./demo/performance.ts";
import { reportOf } from "./demo/report.ts";
import { defaultEngine, demoEngines, sceneOf } from "./demo/scene.ts";
import { Story } from "./demo/story.ts";
import type { ServerType } from "./server.ts";
import { serverType } from "./servers.ts";
import { startWorld } from "./world.ts";

const strategies = demoEngines.map((engine) => {
  const [first, ...others] = serverType(engine).strategies;
  return `                    ${engine}: ${[`${first} (default)`, ...others].join(", ")}`;
});

const named = (has: (type: ServerType) => boolean) =>
  demoEngines.filter((engine) => has(serverType(engine))).join(", ");

const usage = `Rotates a database password from end to end on this machine, without AWS.

  npm run demo -- [options]

  --engine NAME     ${demoEngines.join(", ")} (default: ${defaultEngine})
                    npm run servers installs ${named(({ missing }) => missing !== undefined)}
                    without a server, played by a double: ${named(({ isDouble }) => isDouble ?? false)}
  --strategy NAME   one that the engine has:
${strategies.join("\n")}
  --step-gap MS     pause between two steps, in milliseconds (default: 0)
  --fail STEP       make a step fail on every attempt: ${steps.join(", ")}
  --json            print one JSON object and nothing else (npm run --silent demo -- --json)
  --help            print this`;

const options = {
  engine: { type: "string", default: defaultEngine },
  strategy: { type: "string" },
  "step-gap": { type: "string", default: "0" },
  fail: { type: "string" },
  json: { type: "boolean", default: false },
} as const;

await program(usage, options, async (values) => {
  const stepGapMs = wholeNumber("--step-gap", values["step-gap"], [0, 60_000]);
  const scene = sceneOf(values);
  const { engine, strategy, fail } = scene;

  await using server = await serverType(engine).start();
  const timing = { attempts: 2, retryDelayMs: 200, stepGapMs };
  await using world = await startWorld({ server, strategy, timing });
  const story = values.json ? undefined : new Story(scene);
  await story?.opening(world);
  const shown = await perform(world, scene, (step) => story?.step(step));
  story?.closing(shown);
  if (values.json) console.log(JSON.stringify(reportOf(shown, scene)));
  const broken = brokenPromises(shown, fail);
  if (broken.length > 0) throw new Error(broken.join("\n"));
});
