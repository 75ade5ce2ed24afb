import { bounded } from "../bounded.ts";
import type { Context } from "../context/context.ts";
import { type FailedAnswer, failedAnswer } from "../context/failed-answer.ts";
import { asRotationError } from "../errors.ts";
import { entryFor } from "../manifest/manifest.ts";
import type { Credential } from "../rotation/credential.ts";
import { Documents } from "../rotation/documents.ts";
import { NoCurrentVersion } from "../rotation/refusals.ts";
import { entryOf, type RotationPorts, stepContext } from "../rotation/rotate.ts";
import type { SecretDocument } from "../secret/document.ts";
import { DocumentError, VersionEmpty } from "../secret/errors.ts";
import { holderOf, isRetiring, mayHaveSwitched, pendingOf } from "../secret/labels.ts";
import type { SecretState } from "../secret/store.ts";
import type { ProbeRequest } from "./request.ts";

/** Of one secret. `unknown`: AWSCURRENT was moved meanwhile, or there is no server. */
export type CurrentAnswer = { readonly secret: string } & (
  | { readonly current: "accepted" | "unknown" }
  | {
      readonly current: "refused";
      readonly credential: string;
      /** The version that is AWSCURRENT. */
      readonly version: string;
      /** A labelled version that the server accepts. */
      readonly accepted?: string;
      /** A switch may be under way, after which AWSCURRENT is the version that works. */
      readonly mayPass?: true;
    }
  | { readonly current: "unknown"; readonly failure: FailedAnswer }
);

export interface ProbeResult {
  readonly outcome: "done";
  /** For the log: how many there were. */
  readonly secret: string;
  /** Of those that it came to in its time. */
  readonly results: readonly CurrentAnswer[];
}

type Ports = Pick<RotationPorts, "store" | "manifest" | "credential">;

/** Secrets at once. */
const width = 5;

/** Reads no more than retiring does, and changes nothing. A server that does not answer is asked once. */
export async function probeCurrent(
  { secrets }: ProbeRequest,
  ports: Ports,
  context: Context,
): Promise<ProbeResult> {
  const down = new Map<string, FailedAnswer>();
  const results = await bounded(secrets, width, async (secret): Promise<CurrentAnswer[]> => {
    const server = serverOf(secret, ports);
    const known = server === undefined ? undefined : down.get(server);
    if (known) return [{ secret, current: "unknown", failure: known }];
    if (context.signal.aborted) return [];
    try {
      return [{ secret, ...(await probe(secret, ports, context)) }];
    } catch (thrown) {
      const failure = failedAnswer(asRotationError(thrown));
      if (server !== undefined && failure.server !== undefined) down.set(server, failure);
      return [{ secret, current: "unknown", failure }];
    }
  });
  return { outcome: "done", secret: `${secrets.length} secrets`, results: results.flat() };
}

/** What the manifest calls the server of a secret. */
const serverOf = (secret: string, { manifest }: Ports) =>
  entryFor(manifest, secret)?.credentials.find(({ server }) => server !== undefined)?.server;

type Answer = Without<CurrentAnswer>;
type Without<Each> = Each extends object ? Omit<Each, "secret"> : never;

async function probe(secretId: string, ports: Ports, context: Context): Promise<Answer> {
  const { store, manifest } = ports;
  const secret = await store.describe(secretId, context.signal);
  const { credentials: specs, shape } = entryOf(secret, manifest);
  const version = holderOf(secret, "AWSCURRENT");
  if (secret.deletedAt) return { current: "unknown" };
  if (version === undefined) throw new NoCurrentVersion(secret.name);
  const documents = new Documents({ secret, shape, store, context });
  const current = await documents.read(version, "AWSCURRENT");
  if (!current) throw new VersionEmpty(`AWSCURRENT of ${secret.name}`);
  const credentials = await Promise.all(specs.map(ports.credential));
  const step = stepContext({ secret, token: version }, store, context);
  let isKnown = false;
  for (const credential of credentials) {
    const accepted = await credential.accepted(current, current, step);
    if (accepted === undefined) continue;
    isKnown = true;
    if (accepted) continue;
    const now = await store.describe(secret.arn, context.signal);
    if (holderOf(now, "AWSCURRENT") !== version) return { current: "unknown" };
    const works = await accepting(credential, current, { secret, documents, step });
    const name = credential.name(current);
    return {
      current: "refused",
      credential: name,
      version,
      ...(works !== undefined && { accepted: works }),
      ...(isSwitching(now, credentials) && { mayPass: true }),
    };
  }
  return { current: isKnown ? "accepted" : "unknown" };
}

/** Or it was interrupted: the next look tells them apart. */
function isSwitching(secret: SecretState, credentials: readonly Credential[]): boolean {
  const pending = pendingOf(secret);
  const canSwitch = credentials.some(({ traits }) => traits.switches);
  return canSwitch && pending !== undefined && mayHaveSwitched(secret, pending);
}

interface Versions {
  readonly secret: SecretState;
  readonly documents: Documents;
  readonly step: ReturnType<typeof stepContext>;
}

type Labelled = readonly [version: string, labels: readonly string[]];

/** What AWSCURRENT held last comes first, and last what settlement is about to end. */
const byUse = ([a, ofA]: Labelled, [b, ofB]: Labelled) =>
  Number(ofB.includes("AWSPREVIOUS")) - Number(ofA.includes("AWSPREVIOUS")) ||
  Number(isRetiring(a, ofA)) - Number(isRetiring(b, ofB));

/** The labelled version whose credential works; one that leads elsewhere is not tried. */
async function accepting(
  credential: Credential,
  current: SecretDocument,
  { secret, documents, step }: Versions,
): Promise<string | undefined> {
  for (const [version] of [...secret.versions].toSorted(byUse)) {
    if (version === holderOf(secret, "AWSCURRENT")) continue;
    try {
      const document = await documents.read(version, `version ${version}`);
      if (document && (await credential.accepted(document, current, step))) return version;
    } catch (error) {
      if (!(error instanceof DocumentError)) throw error;
    }
  }
  return undefined;
}
