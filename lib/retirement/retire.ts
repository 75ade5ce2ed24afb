import { PendingEmpty } from "../rotation/errors.ts";
import { NoCurrentVersion } from "../rotation/refusals.ts";
import { entryOf, type RotationPorts } from "../rotation/rotate.ts";
import type { Credential } from "../rotation/rotation.ts";
import { adminLogin } from "../rotators/login/admin.ts";
import { accepts } from "../rotators/login/engine.ts";
import { address, type Login, readLogin, requireSameTarget } from "../rotators/login/login.ts";
import type { Retirement, Strategy } from "../rotators/login/strategy.ts";
import { SecretDocument } from "../secret/document.ts";
import { holderOf, retiringLabel } from "../secret/labels.ts";
import type { SecretState } from "../secret/store.ts";
import { HeldByLiveVersion, NotRetiring, StillAccepted } from "./errors.ts";
import type { RetireRequest } from "./request.ts";

/** What the action found; numbers are sums over the secret's credentials. */
export interface RetireResult {
  readonly outcome: "done";
  /** The secret's name. */
  readonly secret: string;
  /** The old credential logs in, in whole or in part. */
  readonly accepted?: boolean;
  /** `null` where the server cannot tell them from those of the new credential. */
  readonly sessions?: number | null;
  readonly ended?: number;
}

type Ports = Pick<RotationPorts, "store" | "manifest" | "credential">;

/**
 * Checks for itself that what it is asked about is on its way out and held by no live version: whoever may
 * invoke this function can retire nothing else. Idempotent.
 * @throws NotRetiring, HeldByLiveVersion, TargetChanged, StillAccepted, and as the engine
 */
export async function retire(
  request: RetireRequest,
  ports: Ports,
  signal: AbortSignal,
): Promise<RetireResult> {
  const secret = await ports.store.describe(request.secret, signal);
  const labels = secret.versions.get(request.version) ?? [];
  const live = labels.includes("AWSCURRENT") || labels.includes("AWSPENDING");
  if (!labels.includes(retiringLabel) || live)
    throw new NotRetiring(secret.name, request.version, labels);
  const found = await retirements(request.version, secret, ports, signal);
  return { outcome: "done", secret: secret.name, ...(await act[request.action](found)) };
}

interface Found {
  readonly credential: Credential;
  readonly retirement: Retirement;
}

const act = {
  probe: async (found: readonly Found[]) => ({
    accepted: (await stillAccepted(found)) !== undefined,
  }),

  async quiet(found: readonly Found[]) {
    const counts = await Promise.all(
      found.map(({ credential, retirement }) => credential.strategy.sessions(retirement)),
    );
    const known = counts.filter((count) => count !== undefined);
    return {
      sessions: known.length < counts.length ? null : known.reduce((sum, count) => sum + count, 0),
    };
  },

  async retire(found: readonly Found[]) {
    for (const { credential, retirement } of found) await credential.strategy.retire(retirement);
    const alive = await stillAccepted(found);
    if (alive) throw new StillAccepted(address(alive.old), alive.old.username);
    return { accepted: false };
  },

  async endSessions(found: readonly Found[]) {
    let ended = 0;
    for (const { credential, retirement } of found)
      ended += await credential.strategy.endSessions(retirement);
    return { ended };
  },
};

/** The proof is a real login. */
async function stillAccepted(found: readonly Found[]): Promise<Retirement | undefined> {
  for (const { retirement } of found)
    if (await accepts(retirement.engine, retirement.old, retirement.signal)) return retirement;
  return undefined;
}

/**
 * The old and the current login of every credential that no live version holds, after everything that forbids
 * to touch them.
 * @throws HeldByLiveVersion where none is left
 */
async function retirements(
  version: string,
  secret: SecretState,
  ports: Ports,
  signal: AbortSignal,
): Promise<readonly Found[]> {
  const { store } = ports;
  const { credentials: specs, shape } = entryOf(secret, ports.manifest);
  const read = async (id: string) => {
    const text = await store.read(secret.arn, id, signal);
    return text && new SecretDocument(`version ${id} of ${secret.name}`, text, shape);
  };
  const currentId = holderOf(secret, "AWSCURRENT");
  const pendingId = holderOf(secret, "AWSPENDING");
  const current = currentId && (await read(currentId));
  const pending = pendingId && pendingId !== currentId ? await read(pendingId) : undefined;
  const old = await read(version);
  if (!current) throw new NoCurrentVersion(secret.name);
  if (!old) throw new PendingEmpty(secret.name, version);

  const credentials = await Promise.all(specs.map(ports.credential));
  const live = credentials.flatMap(({ spec, traits }): Live[] => [
    ["AWSCURRENT", readLogin(current, spec, traits)],
    ...(pending ? [["AWSPENDING", readLogin(pending, spec, traits)] as const] : []),
  ]);
  const replaced = credentials.map((credential) => {
    const { spec, traits, engine, strategy } = credential;
    const login = readLogin(old, spec, traits);
    const now = readLogin(current, spec, traits);
    // The other user of this very pair: a version that names anybody else must not end that login.
    const other = strategy.username(now.username, credential);
    const username = login.username === now.username ? now.username : other;
    requireSameTarget(old.where, { ...now, username }, login);
    const admin = () => adminLogin(credential, now, store, signal);
    return {
      credential,
      retirement: { spec, engine, signal, current: now, old: login, admin },
      holder: holding(live, login, strategy),
    };
  });
  // Somebody put one login back by hand: the others of the secret are as dead as they were to be.
  const [held] = replaced.flatMap(({ holder }) => holder ?? []);
  const free = replaced.filter(({ holder }) => holder === undefined);
  if (held && free.length === 0) throw new HeldByLiveVersion(secret.name, version, held);
  return free;
}

/** A login of a live version, with its label. */
type Live = readonly [label: string, login: Login];

/** The label of the live version, if there is one, of which any login is the one that is to be retired. */
function holding(live: readonly Live[], old: Login, { holds }: Strategy): string | undefined {
  return live.find(([, login]) => address(login) === address(old) && holds(login, old))?.[0];
}
