import { consumerProblem, ignoredIn } from "./consumers.ts";
import { typesWith } from "./credential.ts";
import { credentialsOf } from "./credentials.ts";
import { defined } from "./defined.ts";
import type { Defaults, SecretKeys } from "./keys.ts";
import { Layers } from "./layers.ts";
import type { ConsumerScope, MirrorSpec, SecretEntry } from "./manifest.ts";
import { completedMirror, mirrorProblems } from "./mirror.ts";
import { inStage } from "./names.ts";
import type { ScopeKey } from "./scope.ts";
import type { NamedSecret, StageContext } from "./stage-context.ts";
import { timing } from "./timing.ts";

/** A secret with every default filled in. Problems go to the source. */
export function secretEntry(context: StageContext, secret: NamedSecret): SecretEntry {
  const { source, oneHome } = context;
  const { path, keys } = secret;
  const layers = context.defaults.under<SecretKeys>({ path, keys });
  const kmsKey = layers.find("kmsKey");
  oneHome(path, secret.name);
  if (kmsKey) oneHome(kmsKey.path, kmsKey.value);
  return {
    ...timing(source, isSound(context, secret) ? layers : new Layers<Defaults>([])),
    ...defined({ kmsKey: kmsKey?.value === "aws/secretsmanager" ? undefined : kmsKey?.value }),
    consumers: { ...scopeOf(context, layers), ...ignored(context, layers) },
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

function scopeOf(context: StageContext, layers: Layers<SecretKeys>): ConsumerScope {
  const keys = Object.entries(context.schema.list.scopeKeys);
  return Object.fromEntries(keys.map(([key, own]) => [key, placesOf(context, layers, key, own)]));
}

/** The names that stand under one key. */
function placesOf(
  { source, stage, oneHome }: StageContext,
  layers: Layers<SecretKeys>,
  key: string,
  { schema, problem }: ScopeKey,
): readonly string[] {
  const found = layers.find(key);
  // What has a wrong form has been complained about.
  const { data: names = [] } = schema.safeParse(found?.value);
  return names.map((raw, index) => {
    const name = inStage(raw, stage);
    const path = [...(found?.path ?? []), index];
    const wrong = problem(name);
    if (wrong) source.complain(path, `${JSON.stringify(raw)} ${wrong}`);
    oneHome(path, name);
    return name;
  });
}

function ignored({ source, stage }: StageContext, layers: Layers<SecretKeys>) {
  const consumers = layers.find("consumers");
  const ignore = (ignoredIn(consumers?.value) ?? []).map((consumer, index) => {
    const name = inStage(consumer, stage);
    const problem = consumerProblem(name);
    if (problem)
      source.complain(
        [...(consumers?.path ?? []), "ignore", index],
        `${JSON.stringify(consumer)} ${problem}`,
      );
    return name;
  });
  return ignore.length > 0 ? { ignore } : {};
}

function mirrorOf(
  { source, stage, oneHome }: StageContext,
  { path, keys }: NamedSecret,
): MirrorSpec | undefined {
  if (!keys.mirror) return undefined;
  const at = [...path, "mirror"];
  const mirror = completedMirror(keys.mirror, stage);
  for (const [below, problem] of mirrorProblems(mirror))
    source.complain([...at, ...below], problem);
  if (mirror.kmsKey) oneHome([...at, "kmsKey"], mirror.kmsKey);
  return mirror;
}
