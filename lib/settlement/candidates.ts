import type { Context } from "../context/context.ts";
import { DeadlineReached } from "../context/deadline.ts";
import { asRotationError } from "../errors.ts";
import { entryFor, type Manifest } from "../manifest/manifest.ts";
import { clockMargin, type Move } from "../secret/sighting.ts";
import type { SecretState } from "../secret/store.ts";
import { type Hint, hintOf } from "./hints.ts";
import { isOpen } from "./is-open.ts";
import type { SettlementPorts } from "./ports.ts";
import type { Standing } from "./standing.ts";
import type { Answers } from "./turn.ts";

/** Messages of a FIFO queue that one invocation gets at most. */
const fullBatch = 10;

/** A secret that a pass looks at. */
export interface Candidate {
  /** Name or ARN. */
  readonly secretId: string;
  /** An event named it, so ListSecrets is not needed, and may not show yet what happened. */
  readonly isNamed: boolean;
  /** As ListSecrets showed it. */
  readonly listed?: SecretState;
  /** The last move of AWSCURRENT that an event tells of. */
  readonly heard?: Move | undefined;
  /** What an earlier round of this pass learned and is good enough for this one. */
  readonly learned?: Answers | undefined;
}

export interface Candidates {
  /** In the order in which they are to be looked at. */
  readonly all: readonly Candidate[];
  /** Whether the secrets could be listed, where that was needed. */
  readonly areListed: boolean;
  /** What ListSecrets said of them all, where everything is to be looked at. */
  readonly every?: readonly SecretState[] | undefined;
}

/** Which secrets a batch of messages is a reason to look at: each once, however many messages name it. */
export async function candidatesOf(
  bodies: readonly string[],
  ports: SettlementPorts,
  context: Context,
  standing: Pick<Standing, "has">,
): Promise<Candidates> {
  const named = new Map<string, Candidate>();
  let scope: Exclude<Hint["kind"], "named"> | undefined;
  for (const body of new Set(bodies)) {
    const hint = hintOf(parsed(body), ports.manifest);
    if (hint.kind !== "named") scope = scope === "every" ? scope : hint.kind;
    else
      for (const secretId of hint.secrets) {
        const heard = later(named.get(secretId)?.heard, bounded(hint.move, context.now()));
        named.set(secretId, { secretId, isNamed: true, heard });
      }
  }
  const first = [...named.values()];
  // More are waiting behind a full batch: one pass for all of them, instead of one for every ten.
  if (bodies.length >= fullBatch) scope ??= "open";
  if (!scope) return { all: first, areListed: true };
  const listed = await list(ports, context);
  const [now, mirrors] = [context.now(), scope === "every"];
  const isLookedAt = (secret: SecretState) => {
    const entry = entryFor(ports.manifest, secret.name, secret.arn);
    return entry && (standing.has(secret.arn) || isOpen(secret, now, mirrors && !!entry.mirror));
  };
  const others = listed
    ? listed.filter(isLookedAt).map(toCandidate)
    : unlisted(ports.manifest, context);
  const rest = others.filter(
    ({ secretId, listed: state }) => !named.has(secretId) && !(state && named.has(state.name)),
  );
  return {
    all: [...first, ...shuffled(rest, context)],
    areListed: listed !== undefined,
    every: scope === "every" ? listed : undefined,
  };
}

/** An event whose clock is far ahead would be news in every pass until then. */
function bounded(move: Move | undefined, now: Date): Move | undefined {
  const latest = new Date(now.getTime() + clockMargin);
  return move && move.at > latest ? { ...move, at: latest } : move;
}

const later = (a: Move | undefined, b: Move | undefined) =>
  a && b ? (a.at > b.at ? a : b) : (a ?? b);

const toCandidate = (listed: SecretState): Candidate => ({
  secretId: listed.arn,
  isNamed: false,
  listed,
});

async function list(
  { store }: SettlementPorts,
  { log, signal }: Context,
): Promise<readonly SecretState[] | undefined> {
  try {
    return await store.list(signal);
  } catch (thrown) {
    const error = asRotationError(thrown);
    if (!(error instanceof DeadlineReached))
      log.warn("all secrets", `They cannot be listed, so each one is described: ${error.message}`);
    return undefined;
  }
}

/** Where listing them is refused or throttled. */
const unlisted = ({ secrets }: Manifest, { signal }: Context): readonly Candidate[] =>
  signal.aborted ? [] : Object.keys(secrets).map((secretId) => ({ secretId, isNamed: false }));

/**
 * Another order in each pass, so that whoever was not reached comes earlier in one of the next: no database has to
 * remember where the last one ended.
 */
function shuffled(candidates: readonly Candidate[], { randomInt }: Context): readonly Candidate[] {
  const all = [...candidates];
  const order: Candidate[] = [];
  while (all.length > 0) {
    const at = randomInt(all.length);
    const chosen = all[at];
    const last = all.pop();
    if (last && at < all.length) all[at] = last;
    if (chosen) order.push(chosen);
  }
  return order;
}

/** A body that is not JSON is a hint all the same: look at everything. */
function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
