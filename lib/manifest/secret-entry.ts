import { credentialsOf, type NamedSecret, type StageContext, typesWith } from "./credentials.ts";
import { defined } from "./defined.ts";
import { Layers } from "./layers.ts";
import type { MirrorSpec, SecretEntry } from "./manifest.ts";
import { completedMirror, mirrorProblems } from "./mirror.ts";
import { clusterProblem, inStage } from "./names.ts";
import type { Defaults, SecretKeys } from "./schema.ts";
import { timing } from "./timing.ts";

/** What the manifest says of a secret, completed. Problems go to the source. */
export function secretEntry(context: StageContext, secret: NamedSecret): SecretEntry {
  const { source, oneRegion } = context;
  const { path, keys } = secret;
  const layers = context.defaults.under<SecretKeys>({ path, keys });
  const kmsKey = layers.find("kmsKey");
  oneRegion(path, secret.name);
  if (kmsKey) oneRegion(kmsKey.path, kmsKey.value);
  return {
    ...timing(source, isSound(context, secret) ? layers : new Layers<Defaults>([])),
    ...defined({ kmsKey: kmsKey?.value === "aws/secretsmanager" ? undefined : kmsKey?.value }),
    consumers: { clusters: clustersOf(context, layers) },
    ...credentialsOf(context, secret),
    ...defined({ rotatedAt: keys.rotatedAt }),
    ...defined({ mirror: mirrorOf(context, secret) }),
  };
}

/** Whether no key is missing because of its form, or because its name is unknown. */
function isSound({ schema, isSound }: StageContext, secret: NamedSecret): boolean {
  const isKnown = (key: string) => key === "type" || typesWith(schema, key).length > 0;
  return isSound && secret.bad.size === 0 && Object.keys(secret.ownKeys).every(isKnown);
}

function clustersOf(
  { source, stage, oneRegion }: StageContext,
  layers: Layers<SecretKeys>,
): readonly string[] {
  const clusters = layers.find("clusters");
  return (clusters?.value ?? []).map((cluster, index) => {
    const name = inStage(cluster, stage);
    const path = [...(clusters?.path ?? []), index];
    const problem = clusterProblem(name);
    if (problem) source.complain(path, `${JSON.stringify(cluster)} ${problem}`);
    oneRegion(path, name);
    return name;
  });
}

function mirrorOf(
  { source, stage, oneRegion }: StageContext,
  { path, keys }: NamedSecret,
): MirrorSpec | undefined {
  if (!keys.mirror) return undefined;
  const at = [...path, "mirror"];
  const mirror = completedMirror(keys.mirror, stage);
  for (const [below, problem] of mirrorProblems(mirror))
    source.complain([...at, ...below], problem);
  if (mirror.kmsKey) oneRegion([...at, "kmsKey"], mirror.kmsKey);
  return mirror;
}
