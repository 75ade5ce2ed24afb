import type { Context } from "../context/context.ts";
import type { Credential, Retirement, StepContext } from "../rotation/credential.ts";
import { Documents } from "../rotation/documents.ts";
import { NoCurrentVersion } from "../rotation/refusals.ts";
import { entryOf, type RotationPorts, stepContext } from "../rotation/rotate.ts";
import { VersionEmpty } from "../secret/errors.ts";
import { holderOf, isRetiring } from "../secret/labels.ts";
import { leakOf } from "../secret/leak.ts";
import type { SecretState } from "../secret/store.ts";
import {
  CurrentRefused,
  HeldByLiveVersion,
  LabelsChanged,
  NotLeaked,
  NotRetiring,
  StillAccepted,
} from "./errors.ts";
import { type LiveLabel, liveVersions } from "./live.ts";
import { probeLeft } from "./probe-left.ts";
import type { RetireRequest } from "./request.ts";

/** The result of an action; numbers are sums over the secret's credentials. */
export interface RetireResult {
  readonly outcome: "done";
  /** The secret's name. */
  readonly secret: string;
  /** Whether the old credential still works, in whole or in part. */
  readonly accepted?: boolean;
  /** `null` if the server cannot tell them from those of the new credential. */
  readonly sessions?: number | null;
  readonly ended?: number;
  /** The live version that holds the old credential, which was not touched. */
  readonly heldBy?: LiveLabel;
  /** The version has no value, or leads to another server or user than AWSCURRENT: nobody connected there. */
  readonly elsewhere?: true;
}

type Ports = Pick<RotationPorts, "store" | "manifest" | "credential">;

/**
 * Checks for itself that the version carries RETIRING and that no live version holds its credential, so that a caller
 * of this function can retire nothing else. Idempotent.
 * @throws NotRetiring, NotLeaked, LabelsChanged, HeldByLiveVersion, TargetChanged, StillAccepted, and as the credentials
 */
export async function retire(
  request: RetireRequest,
  ports: Ports,
  context: Context,
): Promise<RetireResult> {
  const secret = await ports.store.describe(request.secret, context.signal);
  if (request.action === "probeLeft")
    return {
      outcome: "done",
      secret: secret.name,
      ...(await probeLeft(request.version, secret, ports, context)),
    };
  requireRetiring(request.version, secret);
  const replaced = await replacedBy(request.version, secret, ports, context);
  if (answersHeld(request.action)) await requireSuperseded(replaced, secret, request.version);
  const { heldBy } = replaced;
  const { name } = secret;
  if (heldBy === undefined)
    return { outcome: "done", secret: name, ...(await act[request.action](replaced)) };
  if (!answersHeld(request.action)) throw new HeldByLiveVersion(name, request.version, heldBy);
  return { outcome: "done", secret: name, heldBy };
}

const answersHeld = (action: RetireRequest["action"]) =>
  action === "retireUnused" || action === "retireLeaked";

/** @throws NotRetiring */
function requireRetiring(version: string, { name, versions }: SecretState): void {
  const labels = versions.get(version) ?? [];
  const live = labels.includes("AWSCURRENT") || labels.includes("AWSPENDING");
  if (!isRetiring(version, labels) || live) throw new NotRetiring(name, version, labels);
}

/**
 * Where AWSCURRENT names the same user with another password, the server accepts one of them. If it is the old one,
 * AWSCURRENT was moved or edited by hand, and what works must not be forgotten.
 * @throws CurrentRefused
 */
async function requireSuperseded(
  { superseded, retirement, step }: Replaced,
  { name }: SecretState,
  version: string,
): Promise<void> {
  const { current, old } = retirement;
  for (const credential of superseded)
    if (await credential.accepted(old, current, step))
      throw new CurrentRefused(name, credential.name(current), version);
}

/** The credentials of a secret whose old value no live version holds. */
interface Replaced {
  readonly credentials: readonly Credential[];
  /** Those of which AWSCURRENT holds another value of the same user. */
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

const act = {
  async quiet({ credentials, retirement, step }: Replaced) {
    const counts = await Promise.all(credentials.map((each) => each.sessions(retirement, step)));
    const known = counts.filter((count) => count !== undefined);
    return {
      sessions: known.length < counts.length ? null : known.reduce((sum, count) => sum + count, 0),
    };
  },

  probe: async (replaced: Replaced) => ({
    accepted: (await stillAccepted(replaced)) !== undefined,
  }),

  retire: retireAll,
  endSessions,

  async retireUnused(replaced: Replaced) {
    const { sessions } = await act.quiet(replaced);
    return sessions ? { sessions } : retireAll(replaced);
  },

  /** The caller may not decide by itself that consumers lose their sessions. */
  async retireLeaked(replaced: Replaced) {
    replaced.requireLeaked();
    return { ...(await retireAll(replaced)), ...(await endSessions(replaced)) };
  },
};

/** Reading documents takes time, in which somebody may have moved AWSCURRENT back: look once more. */
async function retireAll(replaced: Replaced) {
  const { credentials, retirement, step, requireUnchanged } = replaced;
  for (const credential of credentials) {
    await requireUnchanged();
    await credential.retire(retirement, step);
  }
  const alive = await stillAccepted(replaced);
  if (alive) throw new StillAccepted(alive.name(retirement.old));
  return { accepted: false };
}

async function endSessions({ credentials, retirement, step }: Replaced) {
  let ended = 0;
  for (const credential of credentials) ended += await credential.endSessions(retirement, step);
  return { ended };
}

/** The proof is a real use of the old credential. */
async function stillAccepted({ credentials, retirement, step }: Replaced) {
  const { current, old } = retirement;
  for (const credential of credentials)
    if (await credential.accepted(old, current, step)) return credential;
  return undefined;
}

/** After everything that forbids to touch them. */
async function replacedBy(
  version: string,
  secret: SecretState,
  ports: Ports,
  context: Context,
): Promise<Replaced> {
  const { store } = ports;
  const { credentials: specs, shape } = entryOf(secret, ports.manifest);
  const documents = new Documents({ secret, shape, store, context });
  const live = await liveVersions(secret, documents);
  const old = await documents.read(version, `version ${version}`);
  const current = live.find(([label]) => label === "AWSCURRENT")?.[1];
  if (!current) throw new NoCurrentVersion(secret.name);
  if (!old) throw new VersionEmpty(`Version ${version} of ${secret.name}`);

  const retirement = { current, old };
  const credentials = await Promise.all(specs.map(ports.credential));
  const holdings = live.flatMap(([label, document]) =>
    credentials.map((credential) => [label, credential.holding(document)] as const),
  );
  const judged = credentials.map((credential) => {
    const [holder, holding] = holdings.find(([, each]) => credential.ends(each, retirement)) ?? [];
    const isSame = holding?.value.equals(credential.holding(old).value);
    return { credential, holder, isSuperseded: holder === "AWSCURRENT" && !isSame };
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
  const step = stepContext(secret, leaked, store, context, () => {});
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
