import type { AlertTopic } from "../alerts/topic.ts";
import { bounded } from "../bounded.ts";
import type { EcsView } from "../consumers/ecs/ecs.ts";
import { shortName } from "../consumers/ecs/facts.ts";
import { ClusterSnapshot } from "../consumers/ecs/find.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { SecretState } from "../secret/store.ts";
import { type Ask, asker } from "./ask.ts";
import type { Asked, Consumers, Facts, SecretFacts } from "./facts.ts";
import { gatherSecret, type SecretPorts } from "./gather-secret.ts";
import type { Trails } from "./trails.ts";

/** Everything that validation asks. None of it can change anything. */
export interface ValidationPorts extends SecretPorts {
  readonly ecs: EcsView;
  readonly trails: Trails;
  /** Absent: no topic was named. */
  readonly topic?: Pick<AlertTopic, "prove"> | undefined;
  now(): Date;
  progress(done: number, total: number): void;
}

/** In milliseconds: a large cluster has many task definitions, which are read one by one. */
const clusterPatience = 120_000;

/** How many secrets, or clusters, are looked at at once. */
const width = 8;

/** Asks everything that the findings rest on. Does not throw: what cannot be asked is a fact, too. */
export async function gather(
  manifest: Manifest,
  ports: ValidationPorts,
  signal: AbortSignal,
): Promise<Facts> {
  const ask = asker(signal);
  const { topic } = ports;
  const [gathered, clusters, subscriptions, trailFacts] = await Promise.all([
    gatherSecrets(manifest, ports, ask),
    gatherClusters(manifest, ports.ecs, ask),
    topic && ask((bounded) => topic.prove(bounded)),
    gatherTrails(ports.trails, ask),
  ]);
  return {
    now: ports.now(),
    manifest,
    secrets: gathered.map((secret) => ({
      ...secret,
      consumers: consumersOf(secret.state, clusters.snapshots),
    })),
    clusters: clusters.facts,
    allClusters: clusters.all,
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

/** One snapshot of each: what hides one cluster hides no other. */
async function gatherClusters({ secrets }: Manifest, ecs: EcsView, ask: Ask) {
  const listed = [...new Set(Object.values(secrets).flatMap(({ clusters }) => clusters))];
  const all = await ask((signal) => ecs.clusters(signal));
  const names = new Set(listed.map(shortName));
  const others = "known" in all ? all.known.filter((arn) => !names.has(shortName(arn))) : [];
  const asked = await bounded([...listed, ...others], width, async (cluster) => ({
    cluster,
    listed: listed.includes(cluster),
    read: await ask((signal) => snapshotOf(ecs, cluster, signal), clusterPatience),
  }));
  const snapshots = asked.flatMap(({ cluster, read }) =>
    "known" in read ? [[cluster, read.known] as const] : [],
  );
  return { all, facts: asked, snapshots };
}

async function snapshotOf(
  ecs: EcsView,
  cluster: string,
  signal: AbortSignal,
): Promise<ClusterSnapshot> {
  const snapshot = await ClusterSnapshot.take(ecs, [cluster], signal);
  const [unreadable] = snapshot.unreadable;
  if (unreadable) throw unreadable;
  return snapshot;
}

function consumersOf(
  state: Asked<SecretState | undefined>,
  snapshots: readonly (readonly [string, ClusterSnapshot])[],
): Consumers {
  const secret = "known" in state ? state.known : undefined;
  if (!secret) return { services: [], tasks: [] };
  return {
    services: snapshots.flatMap(([, snapshot]) => snapshot.readers(secret)),
    tasks: snapshots.flatMap(([cluster, snapshot]) =>
      snapshot.standalone(secret).map((task) => ({ ...task, cluster })),
    ),
  };
}
