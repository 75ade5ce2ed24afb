import type { Context } from "../context/context.ts";
import type { SecretState } from "../secret/store.ts";
import { CurrentRefused, HeldByLiveVersion, StillAccepted } from "./errors.ts";
import type { LiveLabel } from "./live.ts";
import { probeLeft } from "./probe-left.ts";
import { type Replaced, type RetirementPorts, replacedBy, requireRetiring } from "./replaced.ts";
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

/**
 * Checks for itself that the version carries RETIRING and that no live version holds its credential, so that a caller
 * of this function can retire nothing else. Idempotent.
 * @throws NotRetiring, NotLeaked, LabelsChanged, HeldByLiveVersion, TargetChanged, StillAccepted, and as the credentials
 */
export async function retire(
  request: RetireRequest,
  ports: RetirementPorts,
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
