import { once } from "node:events";
import { program, wholeNumber } from "./command-line.ts";
import { guide, stepLine } from "./main/guide.ts";
import { enableRotation } from "./main/rotation.ts";
import { startPostgres } from "./postgres/server.ts";
import { connectSettlement } from "./settlement.ts";
import { StepWatch } from "./step-watch.ts";
import { World, type WorldOptions } from "./world.ts";

const usage = `Keeps a stand-in for AWS running, with a PostgreSQL server and a secret that rotates.

  npm run local -- [options]

  --port PORT   of the stand-in for AWS (default: a free one)
  --help        print this`;

await program(usage, { port: { type: "string" } }, async ({ port }) => {
  const chosen = port === undefined ? {} : { port: wholeNumber("--port", port, [1, 65_535]) };
  const stopped = Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
  await using postgres = await startPostgres();
  await using world = await startWorld({ postgres, strategy: "in-place", ...chosen });
  await enableRotation(world);
  await connectSettlement(world.aws, world.settleArn, { delaySeconds: 1, visibilitySeconds: 30 });
  using _watch = new StepWatch(world.aws, (step) => console.log(stepLine(step)));
  for (const line of guide(world)) console.log(line);
  await stopped;
});

async function startWorld(options: WorldOptions): Promise<World> {
  try {
    return await World.start(options);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    throw new Error(`Port ${options.port} is taken: choose another by --port, or none.`);
  }
}
