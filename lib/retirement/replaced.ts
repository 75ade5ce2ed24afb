import type { Context } from "../context/context.ts";
import type { Credential, Retirement, StepContext } from "../rotation/credential.ts";
import { Documents } from "../rotation/documents.ts";
import { NoCurrentVersion } from "../rotation/refusals.ts";
import { entryOf, type RotationPorts, stepContext } from "../rotation/rotate.ts";
import { VersionEmpty } from "../secret/errors.ts";
import { holderOf, isRetiring } from "../secret/labels.ts";
import { leakOf } from "../secret/leak.ts";
import type { SecretState } from "../secret/store.ts";
import { LabelsChanged, NotLeaked, NotRetiring } from "./errors.ts";
import { type LiveLabel, liveVersions } from "./live.ts";
import type { RetireRequest } from "./request.ts";

export type RetirementPorts = Pick<RotationPorts, "store" | "manifest" | "credential">;

/** The credentials of a secret whose old value no live version holds. */
export interface Replaced {
  readonly credentials: readonly Credential[];
  /** Those of which AWSCURRENT holds another value of the same user, or key. */
  readonly superseded: readonly Credential[];
  readonly retirement: Retirement;
  readonly step: StepContext;
  /** Set where a live version holds every one of them. */
  readonly heldBy?: LiveLabel | undefined;
  /** Whether the labels are still as they were. @throws NotRetiring */
  readonly requireUnchanged: () => Promise<void>;
  /** @throws NotLeaked */
  readonly requireLeaked: () => void;
}

/** @throws NotRetiring */
export function requireRetiring(version: string, { name, versions }: SecretState): void {
  const labels = versions.get(version) ?? [];
  const live = labels.includes("AWSCURRENT") || labels.includes("AWSPENDING");
  if (!isRetiring(version, labels) || live) throw new NotRetiring(name, version, labels);
}

/** After everything that forbids to touch them. */
export async function replacedBy(
  {
    version,
    refusedSince,
    wasRefused,
  }: Pick<RetireRequest, "version" | "refusedSince" | "wasRefused">,
  secret: SecretState,
  ports: RetirementPorts,
  context: Context,
): Promise<Replaced> {
  const { store } = ports;
  const { credentials: specs, shape } = entryOf(secret, ports.manifest);
  const documents = new Documents({ secret, shape, store, context });
  const live = await liveVersions(secret, documents);
  const old = await documents.read(version, `version ${version}`);
  const current = live.find(([label]) => label === "AWSCURRENT")?.[1];
  const pending = live.find(([label]) => label === "AWSPENDING")?.[1];
  if (!current) throw new NoCurrentVersion(secret.name);
  if (!old) throw new VersionEmpty(`Version ${version} of ${secret.name}`);

  const since = refusedSince === undefined ? undefined : new Date(refusedSince);
  const retirement = { current, old, pending, refusedSince: since, wasRefused };
  const credentials = await Promise.all(specs.map(ports.credential));
  const holdings = live.flatMap(([label, document]) =>
    credentials.map((credential) => [label, credential.holding(document)] as const),
  );
  const judged = credentials.map((credential) => {
    const own = credential.holding(old);
    const ending = holdings.filter(([, each]) => credential.ends(each, retirement));
    const same = ending.find(([, { value }]) => value.equals(own.value));
    const [holder, holding] = same ?? ending[0] ?? [];
    const isOfIt = holding?.identity === own.identity && holding.id === own.id;
    return { credential, holder, isSuperseded: !same && holder === "AWSCURRENT" && isOfIt };
  });
  // One credential may be held again, after an edit by hand: the others are as dead as they were to be.
  const [held] = judged.flatMap(({ holder }) => holder ?? []);
  const free = judged.filter(({ holder }) => holder === undefined);
  const requireUnchanged = async () => {
    const now = await store.describe(secret.arn, context.signal);
    requireRetiring(version, now);
    for (const label of ["AWSCURRENT", "AWSPENDING"])
      if (holderOf(now, label) !== holderOf(secret, label))
        throw new LabelsChanged(secret.name, version, label);
    if (leakOf(version, now) !== leak) throw new LabelsChanged(secret.name, version, "FROM");
  };
  const leak = leakOf(version, secret);
  const leaked = leak !== undefined;
  const step = stepContext({ secret, token: version, leaked }, store, context);
  const heldBy = free.length === 0 ? held : undefined;
  const left = free.map(({ credential }) => credential);
  const superseded = judged.filter(({ isSuperseded }) => isSuperseded);
  return {
    credentials: left,
    superseded: superseded.map(({ credential }) => credential),
    retirement,
    step,
    heldBy,
    requireUnchanged,
    requireLeaked() {
      if (!leaked) throw new NotLeaked(secret.name, version);
    },
  };
}
