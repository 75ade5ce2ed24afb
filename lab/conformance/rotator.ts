import { setTimeout as sleep } from "node:timers/promises";
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";

/** What the function does with a secret. It stands as JSON in the secret's description. */
export interface RotatorPlan {
  /** The step that fails. */
  readonly fail?: string;
  /** The step that takes this many seconds. */
  readonly slow?: { readonly step: string; readonly seconds: number };
  /** A label of our own that finishSecret attaches to the old version, before AWSCURRENT moves. */
  readonly label?: string;
  /** finishSecret returns without moving AWSCURRENT. */
  readonly lazy?: boolean;
}

/** One invocation, as the function saw it. Values here are made up by the facts. */
export interface StepSeen {
  readonly secret: string;
  readonly step: string;
  readonly token: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** The members of the event. */
  readonly members: readonly string[];
  readonly versions: Readonly<Record<string, readonly string[]>>;
  /** The value of the pending version, or the name of the error of reading it. */
  readonly pending: { readonly value?: string; readonly error?: string };
}

/** One batch of a queue, as the function saw it. */
export interface BatchSeen {
  readonly batch: readonly string[];
  readonly at: number;
  readonly endedAt: number;
}

interface RotationEvent {
  readonly Step: string;
  readonly SecretId: string;
  readonly ClientRequestToken: string;
  readonly RotationToken?: string;
}

interface BatchEvent {
  readonly Records: readonly { readonly messageId: string; readonly body: string }[];
}

const secrets = new SecretsManagerClient({});
const queue = new SQSClient({});

/** Tells what it sees to the queue of EVIDENCE. As a rotation function, the new value is the old one and "+". */
export async function handler(event: RotationEvent | BatchEvent): Promise<unknown> {
  return "Records" in event ? takeBatch(event) : takeStep(event);
}

async function takeStep(event: RotationEvent): Promise<void> {
  const { Step: step, SecretId, ClientRequestToken: token } = event;
  const described = await secrets.send(new DescribeSecretCommand({ SecretId }));
  const plan = JSON.parse(described.Description ?? "{}") as RotatorPlan;
  const versions = described.VersionIdsToStages ?? {};
  const pending = await read(SecretId, token);
  const members = Object.keys(event);
  await tell({ secret: SecretId, step, token, at: Date.now(), members, versions, pending });
  if (plan.slow?.step === step) await sleep(plan.slow.seconds * 1000);
  if (plan.fail === step) throw new Error("told to fail");
  if (step === "createSecret" && pending.value === undefined) await create(event);
  if (step === "finishSecret" && !plan.lazy) await finish(event, plan, versions);
}

async function read(SecretId: string, VersionId: string): Promise<StepSeen["pending"]> {
  try {
    const { SecretString = "" } = await secrets.send(
      new GetSecretValueCommand({ SecretId, VersionId, VersionStage: "AWSPENDING" }),
    );
    return { value: SecretString };
  } catch (error) {
    return { error: (error as Error).name };
  }
}

async function create({ SecretId, ClientRequestToken, RotationToken }: RotationEvent) {
  const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId }));
  await secrets.send(
    new PutSecretValueCommand({
      SecretId,
      ClientRequestToken,
      RotationToken,
      SecretString: `${SecretString}+`,
      VersionStages: ["AWSPENDING"],
    }),
  );
}

async function finish(
  { SecretId, ClientRequestToken }: RotationEvent,
  { label }: RotatorPlan,
  versions: StepSeen["versions"],
) {
  const holder = (wanted: string) =>
    Object.entries(versions).find(([, labels]) => labels.includes(wanted))?.[0];
  const move = (VersionStage: string, to: string | undefined) =>
    secrets.send(
      new UpdateSecretVersionStageCommand({
        SecretId,
        VersionStage,
        MoveToVersionId: to,
        RemoveFromVersionId: holder(VersionStage),
      }),
    );
  const current = holder("AWSCURRENT");
  if (current === ClientRequestToken) return;
  if (label !== undefined && holder(label) !== current) await move(label, current);
  await move("AWSCURRENT", ClientRequestToken);
}

/** Messages "fail" are reported as failed, with everything behind them; "slow" takes two seconds. */
async function takeBatch({ Records }: BatchEvent): Promise<unknown> {
  const at = Date.now();
  if (Records.some(({ body }) => body.startsWith("slow"))) await sleep(2000);
  const bodies = Records.map(({ body }) => body);
  await tell({ batch: bodies, at, endedAt: Date.now() });
  const failed = bodies.findIndex((body) => body.startsWith("fail"));
  const left = failed < 0 ? [] : Records.slice(failed);
  return { batchItemFailures: left.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}

async function tell(seen: StepSeen | BatchSeen): Promise<void> {
  const MessageBody = JSON.stringify(seen);
  await queue.send(new SendMessageCommand({ QueueUrl: process.env["EVIDENCE"], MessageBody }));
}
