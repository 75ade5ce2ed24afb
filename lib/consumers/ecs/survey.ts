import { bounded } from "../../bounded.ts";
import type { ConsumerScope } from "../../manifest/manifest.ts";
import type { Ask } from "../../validation/ask.ts";
import type { ConsumerSurvey } from "../../validation/consumers.ts";
import { accountFindings } from "./cluster-findings.ts";
import { clustersOf, unique } from "./clusters.ts";
import type { EcsReader } from "./ecs.ts";
import { consumersOfSecret } from "./findings.ts";
import { ClusterSnapshot } from "./snapshot.ts";

/** In milliseconds: a large cluster has many task definitions, which are read one by one. */
const clusterPatience = 120_000;

/** How many clusters are read at once. */
const width = 8;

/** Looks at every cluster for validation. Does not throw. */
export async function surveyEcs(
  ecs: EcsReader,
  scopes: readonly ConsumerScope[],
  ask: Ask,
): Promise<ConsumerSurvey> {
  const listed = unique(scopes.flatMap(clustersOf));
  const all = await ask((signal) => ecs.clusters(signal));
  const names = unique([...listed, ...("known" in all ? all.known : [])]);
  const clusters = await bounded(names, width, async (cluster) => ({
    cluster,
    listed: listed.includes(cluster),
    read: await snapshotOf(ecs, cluster, ask),
  }));
  const snapshots = clusters.flatMap(({ read }) => ("known" in read ? read.known : []));
  return {
    findings: accountFindings({ clusters, allClusters: all }),
    of(secret, scope) {
      const services = snapshots.flatMap((snapshot) => snapshot.readers(secret));
      const tasks = snapshots.flatMap((snapshot) => snapshot.standalone(secret));
      return consumersOfSecret({ services, tasks }, scope);
    },
  };
}

/** One snapshot of each cluster: what hides one hides no other. */
function snapshotOf(ecs: EcsReader, cluster: string, ask: Ask) {
  return ask(async (signal) => {
    const snapshot = await ClusterSnapshot.take(ecs, [cluster], signal);
    const [unreadable] = snapshot.unreadable;
    if (unreadable) throw unreadable;
    return snapshot;
  }, clusterPatience);
}
