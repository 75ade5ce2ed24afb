import { CreateSecretCommand, type SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { settlementTiming } from "../../../infra/settlement.ts";
import type { Aws } from "../../../standin/aws.ts";
import { clientOf, createTopic } from "../../clients.ts";
import { Host } from "../../host.ts";
import { startCluster } from "../../idle-service.ts";
import { connectSettlement } from "../../settlement.ts";
import { connectWatch } from "../../watch.ts";
import { heldIn } from "../holder.ts";
import { secrets as layouts, rotationYml } from "../layout.ts";
import { Readers } from "../readers.ts";
import { currentOf, textOf } from "../secrets.ts";
import { JumpingClock } from "./clock.ts";
import { RealConsumers } from "./consumers.ts";
import { Databases } from "./databases.ts";
import { RealSecrets } from "./secrets.ts";
import { Sessions } from "./sessions.ts";

/** Of the stand-in, and of what functions pause. */
const pace = 100;

/** What runs before anything rotates: servers, secrets, whoever uses them, and the functions, which nothing invokes yet. */
export interface Setting {
  readonly clock: JumpingClock;
  readonly aws: Aws;
  readonly databases: Databases;
  readonly secrets: RealSecrets;
  readonly consumers: RealConsumers;
  /** ARNs of the functions, by name. */
  readonly functions: Awaited<ReturnType<Host["deploy"]>>;
}

/** @param parts what is to be ended with it */
export async function startSetting(parts: AsyncDisposableStack): Promise<Setting> {
  const clock = parts.use(new JumpingClock(pace));
  const host = parts.use(
    await Host.start({ inProcess: true, pace, rotation: { attempts: 3, retryDelayMs: 100 } }),
  );
  const { aws } = host;
  const client = clientOf(aws, "operator");
  parts.defer(() => client.destroy());
  const secrets = new RealSecrets(aws, client);
  const databases = await Databases.start(parts, () => secrets.texts());
  const arns = await createSecrets(databases, client);
  const consumers = await startConsumers({ parts, clock, host, databases, secrets, arns });
  const functions = await host.deploy({
    manifest: rotationYml({ ca: "ca.pem" }),
    ca: databases.ca,
    topicArn: await createTopic(aws),
  });
  return { clock, aws, databases, secrets, consumers, functions };
}

/** From now on events, time and schedules invoke the functions. */
export async function connect({ aws, secrets, functions }: Setting): Promise<void> {
  await connectSettlement(aws, functions.settle, settlementTiming);
  await connectWatch(aws, functions.watch);
  for (const { name } of layouts) await secrets.schedule(name, functions["rotate-database"]);
}

/** @returns ARNs by name */
async function createSecrets(
  databases: Databases,
  client: SecretsManagerClient,
): Promise<ReadonlyMap<string, string>> {
  const arns = new Map<string, string>();
  await databases.furnish(async (Name, value) => {
    const SecretString = JSON.stringify(value);
    const { ARN = "" } = await client.send(new CreateSecretCommand({ Name, SecretString }));
    arns.set(Name, ARN);
  });
  return arns;
}

interface Using extends Pick<Setting, "clock" | "databases" | "secrets"> {
  readonly parts: AsyncDisposableStack;
  readonly host: Host;
  readonly arns: ReadonlyMap<string, string>;
}

/** Tasks, and processes that nobody sees. */
async function startConsumers(using: Using): Promise<RealConsumers> {
  const { parts, clock, databases, secrets, arns } = using;
  const { aws, folder } = using.host;
  const { servers } = databases;
  const ecs = await startCluster(aws);
  parts.defer(() => ecs.destroy());
  const sessions = parts.use(new Sessions(databases.list));
  const consumers = parts.use(new RealConsumers({ aws, ecs, clock, servers, sessions, folder }));
  const readers = new Readers(clock, (name) => {
    const secret = secrets.find(name);
    const isThere = secret && secret.deletionAt === undefined;
    const held = isThere ? heldIn(textOf(currentOf(secret))) : undefined;
    return held ? [{ secret: name, held, worked: servers.accepts(held) }] : [];
  });
  servers.holders = () => [...consumers.holders(), ...readers.holders()];
  await consumers.furnish(arns);
  for (const { name, readers: kept } of layouts) for (const ms of kept) readers.add(name, ms);
  return consumers;
}
