import type { AlertTopic } from "../alerts/topic.ts";
import { bounded } from "../bounded.ts";
import type { Manifest } from "../manifest/manifest.ts";
import { type Ask, asker } from "./ask.ts";
import type { ConsumerSurvey, ConsumerSurveyor } from "./consumers.ts";
import type { Facts, SecretFacts } from "./facts.ts";
import { gatherSecret, type SecretPorts } from "./gather-secret.ts";
import type { Trails } from "./trails.ts";

/** Everything that validation asks. None of it can change anything. */
export interface ValidationPorts extends SecretPorts {
  /** Of all types. */
  readonly consumers: readonly ConsumerSurveyor[];
  readonly trails: Trails;
  /** Absent: no topic was named. */
  readonly topic?: Pick<AlertTopic, "prove"> | undefined;
  now(): Date;
  progress(done: number, total: number): void;
}

/** How many secrets, or trails, are looked at at once. */
const width = 8;

/** Asks everything that the findings rest on. Does not throw: what cannot be asked is a fact, too. */
export async function gather(
  manifest: Manifest,
  ports: ValidationPorts,
  signal: AbortSignal,
): Promise<Facts> {
  const ask = asker(signal);
  const { topic } = ports;
  const [gathered, surveys, subscriptions, trailFacts] = await Promise.all([
    gatherSecrets(manifest, ports, ask),
    gatherConsumers(manifest, ports.consumers, ask),
    topic && ask((bounded) => topic.prove(bounded)),
    gatherTrails(ports.trails, ask),
  ]);
  return {
    now: ports.now(),
    manifest,
    secrets: gathered.map((secret) => ({
      ...secret,
      consumers: consumersOf(secret, surveys),
    })),
    consumerFindings: surveys.flatMap(({ findings }) => findings),
    topic: subscriptions,
    trails: trailFacts,
  };
}

async function gatherSecrets(
  manifest: Manifest,
  ports: ValidationPorts,
  ask: Ask,
): Promise<readonly Omit<SecretFacts, "consumers">[]> {
  const entries = Object.entries(manifest.secrets);
  let done = 0;
  ports.progress(done, entries.length);
  return bounded(entries, width, async ([name, entry]) => {
    const facts = await gatherSecret(name, entry, ports, ask);
    done += 1;
    ports.progress(done, entries.length);
    return facts;
  });
}

async function gatherTrails(trails: Trails, ask: Ask): Promise<Facts["trails"]> {
  const listed = await ask((signal) => trails.list(signal));
  if ("unknown" in listed) return listed;
  const known = await bounded(listed.known, width, async (arn) => {
    return { arn, trail: await ask((signal) => trails.inspect(arn, signal)) };
  });
  return { known };
}

async function gatherConsumers(
  { secrets }: Manifest,
  surveyors: readonly ConsumerSurveyor[],
  ask: Ask,
): Promise<readonly ConsumerSurvey[]> {
  const scopes = Object.values(secrets).map(({ consumers }) => consumers);
  return Promise.all(surveyors.map((each) => each.survey(scopes, ask)));
}

function consumersOf(
  { state, entry }: Pick<SecretFacts, "state" | "entry">,
  surveys: readonly ConsumerSurvey[],
): SecretFacts["consumers"] {
  const secret = "known" in state ? state.known : undefined;
  return secret ? surveys.map((survey) => survey.of(secret, entry.consumers)) : [];
}
