import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { oneOf, program, wholeNumber } from "../cli/command-line.ts";
import { type Aws, messageFor } from "../standin/aws.ts";
import { guide, stepLine } from "./main/guide.ts";
import { enableRotation } from "./main/rotation.ts";
import { serverTypes } from "./servers.ts";
import { connectSettlement } from "./settlement.ts";
import { StepWatch } from "./step-watch.ts";
import { connectWatch } from "./watch.ts";
import { startWorld, type World, type WorldOptions } from "./world.ts";

const { strategies } = serverTypes.postgres;

/** In milliseconds: deployed, it comes every five minutes. */
const tick = 5000;

/** Ticks between two looks of `watch` at all secrets: an hour, in the pace of the ticks. */
const looksEvery = 12;

const usage = `Runs a stand-in for AWS with a PostgreSQL server and a secret that rotates, until Ctrl-C.

  npm run local -- [options]

  --strategy NAME   ${strategies.join(", ")} (default: alternating-users)
  --port PORT       the port of the stand-in for AWS (default: a free one)
  --help            print this`;

const options = {
  strategy: { type: "string", default: "alternating-users" },
  port: { type: "string" },
} as const;

await program(usage, options, async ({ port, ...values }) => {
  const strategy = oneOf("--strategy", values.strategy, strategies);
  const chosen = port === undefined ? {} : { port: wholeNumber("--port", port, [1, 65_535]) };
  const stopped = Promise.race([once(process, "SIGINT"), once(process, "SIGTERM"), orphaned()]);
  await using server = await serverTypes.postgres.start();
  await using world = await worldOn({ server, strategy, ...chosen });
  await enableRotation(world);
  await connectSettlement(world.aws, world.settleArn, { delaySeconds: 1, visibilitySeconds: 30 });
  await connectWatch(world.aws, world.watchArn);
  const ticking = setInterval(() => world.aws.events.tick("tick"), tick);
  const looking = setInterval(() => world.aws.events.tick("hourly-look"), looksEvery * tick);
  using _watch = new StepWatch(world.aws, (step) => console.log(stepLine(step)));
  using _alerts = showAlerts(world.aws);
  for (const line of guide(world)) console.log(line);
  await stopped;
  clearInterval(ticking);
  clearInterval(looking);
});

/** npm does not hand SIGTERM on; whoever lives on without it can only be found by name. */
async function orphaned(): Promise<void> {
  const parent = process.ppid;
  while (process.ppid === parent) await sleep(500, undefined, { ref: false });
}

async function worldOn(options: WorldOptions): Promise<World> {
  try {
    return await startWorld(options);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    throw new Error(`Port ${options.port} is in use. Choose another with --port, or omit it.`);
  }
}

/** Prints the email that on-call gets. */
function showAlerts(aws: Aws): Disposable {
  return aws.intercept({
    after({ operation }) {
      const sent = aws.notifications.at(-1);
      if (operation !== "Publish" || !sent) return;
      console.log(`\nOn-call gets an email: ${sent.subject}\n\n${messageFor(sent, "email")}\n`);
    },
  });
}
