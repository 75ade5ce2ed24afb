import { consumerProblem, ignoredIn } from "./consumers.ts";
import { isTypeKey } from "./credential.ts";
import { credentialsOf } from "./credentials.ts";
import { defined } from "./defined.ts";
import type { Defaults, SecretKeys } from "./keys.ts";
import { Layers } from "./layers.ts";
import { type ConsumerScope, isSupplied, type MirrorSpec, type SecretEntry } from "./manifest.ts";
import { completedMirror, mirrorProblems } from "./mirror.ts";
import { inStage } from "./names.ts";
import { readSchedule } from "./schedule.ts";
import type { ScopeKey } from "./scope.ts";
import type { NamedSecret, StageContext } from "./stage-context.ts";
import { timing } from "./timing.ts";
import { isTypeFile } from "./type-list.ts";

/** A secret with every default filled in. Problems go to the source. */
export function secretEntry(context: StageContext, secret: NamedSecret): SecretEntry {
  const { source, oneHome } = context;
  const { path, keys } = secret;
  const layers = context.defaults.under<SecretKeys>({ path, keys });
  const kmsKey = layers.find("kmsKey");
  oneHome(path, secret.name);
  if (kmsKey) oneHome(kmsKey.path, kmsKey.value);
  const times = timing(source, isSound(context, secret) ? layers : new Layers<Defaults>([]));
  const own = credentialsOf(context, secret, times);
  suppliesProblem(context, secret, { ...times, ...own });
  const endingTimes = own.credentials.map(({ traits }) => traits.endingTime ?? 0);
  const slowest = layers.find("deadline") ? 0 : Math.max(0, ...endingTimes);
  return {
    ...times,
    deadline: times.deadline + slowest,
    ...defined({ kmsKey: kmsKey?.value === "aws/secretsmanager" ? undefined : kmsKey?.value }),
    consumers: { ...scopeOf(context, layers), ...ignored(context, layers) },
    ...own,
    ...defined({ rotatedAt: keys.rotatedAt }),
    ...defined({ drill: drillOf(context, secret, own) }),
    ...defined({ mirror: mirrorOf(context, secret) }),
  };
}

function drillOf(
  { source }: StageContext,
  { path, keys: { drill } }: NamedSecret,
  own: Pick<SecretEntry, "credentials">,
): string | undefined {
  if (drill === undefined) return undefined;
  const at = [...path, "drill"];
  for (const problem of readSchedule(drill).problems) source.complain(at, `${drill}: ${problem}`);
  if (isSupplied(own))
    source.complain(
      at,
      "people make what it holds, so it cannot be replaced in a drill: choose another canary",
    );
  return drill;
}

/** People are reminded by a number of days, which a cron expression does not tell. */
function suppliesProblem(
  { source }: StageContext,
  { path }: NamedSecret,
  { schedule: { expression }, credentials }: Pick<SecretEntry, "schedule" | "credentials">,
): void {
  const isOpen = credentials.some(({ supply }) => supply && supply.every === undefined);
  if (isOpen && expression.startsWith("cron("))
    source.complain(
      path,
      `${expression} does not say how often people replace what they supply: write e.g. \`every: 90d\` for that credential`,
    );
}

/** Whether no key is missing because of its form, or because its name is unknown. */
function isSound({ schema, isSound }: StageContext, secret: NamedSecret): boolean {
  // The keys of a type in a file are known to that file alone.
  const type = secret.ownKeys["type"];
  if (typeof type === "string" && isTypeFile(type)) return isSound && secret.bad.size === 0;
  const isKnown = (key: string) => key === "type" || isTypeKey(schema, key);
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
