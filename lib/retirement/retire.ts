import type { Context } from "../context/context.ts";
import type { Credential, Retiring } from "../rotation/credential.ts";
import type { SecretState } from "../secret/store.ts";
import { CurrentRefused, HeldByLiveVersion, StillAccepted } from "./errors.ts";
import { probeLeft } from "./probe-left.ts";
import { probeVersion } from "./probe-version.ts";
import { type Replaced, type RetirementPorts, replacedBy, requireRetiring } from "./replaced.ts";
import type { RetireRequest } from "./request.ts";
import type { RetireResult } from "./result.ts";

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
  const { action, version } = request;
  if (action === "probeLeft" || action === "probeVersion") {
    const probe = action === "probeLeft" ? probeLeft : probeVersion;
    const probed = await probe(version, secret, ports, context);
    return { outcome: "done", secret: secret.name, ...probed };
  }
  requireRetiring(version, secret);
  const replaced = await replacedBy(request, secret, ports, context);
  if (answersHeld(action)) await requireSuperseded(replaced, secret, version);
  const { heldBy } = replaced;
  const { name } = secret;
  if (heldBy === undefined)
    return { outcome: "done", secret: name, ...(await act[action](replaced)) };
  if (!answersHeld(action)) throw new HeldByLiveVersion(name, version, heldBy);
  return { outcome: "done", secret: name, heldBy };
}

const answersHeld = (action: RetireRequest["action"]) =>
  action === "retireUnused" || action === "retireLeaked";

/**
 * Where AWSCURRENT names the same user with another password, the server accepts one of them; a key may have two values
 * for a time. If it accepts the old one, AWSCURRENT was moved or edited by hand, and what works must not be forgotten.
 * @throws CurrentRefused, StillAccepted
 */
async function requireSuperseded(
  { superseded, retirement, step }: Replaced,
  { name }: SecretState,
  version: string,
): Promise<void> {
  const { current, old } = retirement;
  for (const credential of superseded)
    if (await credential.accepted(old, current, step))
      throw (await credential.accepted(current, current, step)) === false
        ? new CurrentRefused(name, credential.name(current), version)
        : new StillAccepted(credential.name(old));
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
  const waiting: Retiring[] = [];
  const done: Credential[] = [];
  for (const credential of credentials) {
    await requireUnchanged();
    const retiring = await credential.retire({ ...retirement, requireUnchanged }, step);
    if (retiring) waiting.push(retiring);
    else done.push(credential);
  }
  const alive = await stillAccepted({ ...replaced, credentials: done });
  if (alive) throw new StillAccepted(alive.name(retirement.old));
  return waiting.length > 0 ? waitingFor(waiting) : { accepted: false };
}

function waitingFor(all: readonly Retiring[]) {
  const [error] = all.flatMap(({ task }) => task ?? []);
  const task = error && {
    code: error.code,
    subject: error.subject,
    happened: error.happened,
    remedy: error.remedy,
  };
  return {
    waiting: all.map((each) => each.waiting).join("; "),
    refused: all.every((each) => each.refused),
    ...(task && { task }),
  };
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
