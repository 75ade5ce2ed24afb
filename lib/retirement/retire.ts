import type { Context } from "../context/context.ts";
import type { Credential, Retirement, StepContext } from "../rotation/credential.ts";
import { Documents } from "../rotation/documents.ts";
import { NoCurrentVersion } from "../rotation/refusals.ts";
import { entryOf, type RotationPorts, stepContext } from "../rotation/rotate.ts";
import type { SecretDocument } from "../secret/document.ts";
import { VersionEmpty } from "../secret/errors.ts";
import { holderOf, isLeaked, retiringLabel } from "../secret/labels.ts";
import type { SecretState } from "../secret/store.ts";
import { HeldByLiveVersion, NotRetiring, StillAccepted } from "./errors.ts";
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
}

type Ports = Pick<RotationPorts, "store" | "manifest" | "credential">;

/**
 * Checks for itself that the version carries RETIRING and that no live version holds its credential, so that a caller
 * of this function can retire nothing else. Idempotent.
 * @throws NotRetiring, HeldByLiveVersion, TargetChanged, StillAccepted, and as the credentials
 */
export async function retire(
  request: RetireRequest,
  ports: Ports,
  context: Context,
): Promise<RetireResult> {
  const secret = await ports.store.describe(request.secret, context.signal);
  const labels = secret.versions.get(request.version) ?? [];
  const live = labels.includes("AWSCURRENT") || labels.includes("AWSPENDING");
  if (!labels.includes(retiringLabel) || live)
    throw new NotRetiring(secret.name, request.version, labels);
  const replaced = await replacedBy(request.version, secret, ports, context);
  return { outcome: "done", secret: secret.name, ...(await act[request.action](replaced)) };
}

/** The credentials of a secret whose old value no live version holds. */
interface Replaced {
  readonly credentials: readonly Credential[];
  readonly retirement: Retirement;
  readonly step: StepContext;
}

const act = {
  probe: async (replaced: Replaced) => ({
    accepted: (await stillAccepted(replaced)) !== undefined,
  }),

  async quiet({ credentials, retirement, step }: Replaced) {
    const counts = await Promise.all(credentials.map((each) => each.sessions(retirement, step)));
    const known = counts.filter((count) => count !== undefined);
    return {
      sessions: known.length < counts.length ? null : known.reduce((sum, count) => sum + count, 0),
    };
  },

  async retire(replaced: Replaced) {
    const { credentials, retirement, step } = replaced;
    for (const credential of credentials) await credential.retire(retirement, step);
    const alive = await stillAccepted(replaced);
    if (alive) throw new StillAccepted(alive.name(retirement.old));
    return { accepted: false };
  },

  async endSessions({ credentials, retirement, step }: Replaced) {
    let ended = 0;
    for (const credential of credentials) ended += await credential.endSessions(retirement, step);
    return { ended };
  },
};

/** The proof is a real use of the old credential. */
async function stillAccepted({ credentials, retirement, step }: Replaced) {
  const { current, old } = retirement;
  for (const credential of credentials)
    if (await credential.accepted(old, current, step)) return credential;
  return undefined;
}

/** After everything that forbids to touch them. @throws HeldByLiveVersion where none is left */
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
  const judged = credentials.map((credential) => ({
    credential,
    holder: holdings.find(([, holding]) => credential.ends(holding, retirement))?.[0],
  }));
  // One credential may be held again, after an edit by hand: the others are as dead as they were to be.
  const [held] = judged.flatMap(({ holder }) => holder ?? []);
  const free = judged.filter(({ holder }) => holder === undefined);
  if (held && free.length === 0) throw new HeldByLiveVersion(secret.name, version, held);
  const step = stepContext(
    secret,
    isLeaked(holderOf(secret, "AWSCURRENT") ?? ""),
    store,
    context,
    () => {},
  );
  return { credentials: free.map(({ credential }) => credential), retirement, step };
}

/** The documents that consumers may hold or get, by label. */
async function liveVersions(
  secret: SecretState,
  documents: Documents,
): Promise<readonly (readonly [label: string, document: SecretDocument])[]> {
  const currentId = holderOf(secret, "AWSCURRENT");
  const pendingId = holderOf(secret, "AWSPENDING");
  const current = currentId && (await documents.read(currentId, "AWSCURRENT"));
  const pending =
    pendingId && pendingId !== currentId && (await documents.read(pendingId, "AWSPENDING"));
  return [
    ...(current ? [["AWSCURRENT", current] as const] : []),
    ...(pending ? [["AWSPENDING", pending] as const] : []),
  ];
}
