import { failureAlert, type Occasion } from "../alerts/alert.ts";
import type { AlertTopic } from "../alerts/topic.ts";
import type { Log } from "../context/log.ts";
import { asRotationError, RotationError } from "../errors.ts";
import { entryFor, type Manifest, type SecretEntry } from "../manifest/manifest.ts";
import { secretNameOf } from "../secret/arn.ts";
import type { SecretState, SecretStore } from "../secret/store.ts";
import { decide, type Verdict } from "./decide.ts";
import { SecretUnseen } from "./errors.ts";
import { dayOf, insideAlertOf, tellerTag, toldTag } from "./memory.ts";
import { readSighting, type Sighting } from "./sighting.ts";

/** Everything that the watching function reaches the world through. It reads no secret value. */
export interface WatchPorts {
  readonly store: Pick<SecretStore, "describe" | "tag">;
  readonly alerts: AlertTopic;
  readonly log: Log;
  readonly manifest: Manifest;
  readonly clock: { now(): Date; sleep(ms: number): Promise<void> };
  /** This invocation; the same when Lambda repeats it. */
  readonly occasion: Pick<Occasion, "environment" | "region" | "logGroup" | "requestId">;
}

export interface Watched {
  /** The secret's name. */
  readonly secret: string;
  readonly token?: string | undefined;
  /** `ignored`: the manifest does not name it. */
  readonly outcome: "told" | "silent" | "ignored";
  readonly why: string;
}

/**
 * In milliseconds: how long an invocation may take from its look at the secret to its claim. Who waits as long
 * after a claim of its own sees the claims of all that looked before it told.
 */
const claimTime = 2500;

/** In milliseconds, for the publish and the tag after it: less than whoever claims meanwhile waits. */
const tellTime = 2000;

/**
 * Tells on-call of a rotation that failed or was given up, where the function that rotates has not: once for
 * a secret and day, however many events come, twice, late or at once. Throws what may succeed in another
 * try, which Lambda makes; what could not be remembered is told again rather than lost.
 * @throws InvalidNotice; of the topic AwsCallFailed, TopicMissing, DeadlineReached
 */
export async function watch(
  event: unknown,
  ports: WatchPorts,
  signal: AbortSignal,
): Promise<Watched> {
  const { log, clock } = ports;
  const startedAt = clock.now().getTime();
  const line = () => ({ step: "watch", ms: clock.now().getTime() - startedAt });
  let secret = "unknown";
  try {
    const sighting = readSighting(event);
    secret = secretNameOf(sighting.secretId);
    const watched = await attend(sighting, ports, signal);
    const { outcome, why, token = sighting.token ?? "unknown" } = watched;
    const message = `${sighting.kind} ${outcome}: ${why}`;
    log.step({ ...line(), secret, token, outcome: "done", message });
    return watched;
  } catch (thrown) {
    const error = asRotationError(thrown);
    const { code, message } = error;
    log.step({ ...line(), secret, token: "unknown", outcome: "failed", code, message });
    throw error;
  }
}

async function attend(
  sighting: Sighting,
  ports: WatchPorts,
  signal: AbortSignal,
): Promise<Watched> {
  const secret = secretNameOf(sighting.secretId);
  const entry = entryFor(ports.manifest, secret, sighting.secretId);
  if (!entry) return { secret, outcome: "ignored", why: "the manifest does not name it" };
  const { verdict, seen } = await agree(sighting, entry, ports, signal);
  if (verdict.kind === "silent") return { secret, outcome: "silent", why: verdict.why };
  await tell(verdict, secret, sighting, seen, ports);
  const { problem, token } = verdict;
  return { secret, token, outcome: "told", why: problem.code };
}

interface Agreement {
  readonly verdict: Verdict;
  readonly seen?: SecretState;
}

/**
 * Looks, claims, waits, and looks again: of those that come at once the last to claim tells. The second look
 * also sees what has become of a rotation that is being repeated.
 */
async function agree(
  sighting: Sighting,
  entry: SecretEntry,
  ports: WatchPorts,
  signal: AbortSignal,
): Promise<Agreement> {
  const { store, clock, occasion } = ports;
  const soon = AbortSignal.any([signal, AbortSignal.timeout(claimTime)]);
  const first = await look(sighting, entry, false, ports, soon);
  if (!first.seen || first.verdict.kind === "silent") return first;
  const claim = store.tag(first.seen.arn, tellerTag, occasion.requestId, soon);
  // Whoever may not write tags tells without a claim, perhaps beside others.
  const hasClaimed = await claim.then(
    () => true,
    () => false,
  );
  await clock.sleep(claimTime);
  const second = await look(sighting, entry, hasClaimed, ports, signal);
  return second.seen ? second : first;
}

async function look(
  sighting: Sighting,
  entry: SecretEntry,
  hasClaimed: boolean,
  { store, clock, occasion }: WatchPorts,
  signal: AbortSignal,
): Promise<Agreement> {
  const seen = await store.describe(sighting.secretId, signal).catch(asRotationError);
  if (seen instanceof RotationError) {
    const problem = new SecretUnseen(secretNameOf(sighting.secretId), sighting.kind, seen.message);
    return { verdict: { kind: "tell", problem } };
  }
  const verdict = decide({
    sighting,
    secret: seen,
    inside: insideAlertOf(seen),
    inPlace: entry.credentials.some(({ traits }) => traits.switches),
    toldToday: seen.tags.get(toldTag) === dayOf(clock.now()),
    leftToAnother: hasClaimed && seen.tags.get(tellerTag) !== occasion.requestId,
  });
  return { verdict, seen };
}

async function tell(
  { problem, token = "unknown" }: Extract<Verdict, { kind: "tell" }>,
  secret: string,
  { kind: event, step = "unknown" }: Sighting,
  seen: SecretState | undefined,
  { store, alerts, log, clock, occasion }: WatchPorts,
): Promise<void> {
  const at = clock.now();
  const signal = AbortSignal.timeout(tellTime);
  const rotationLog = seen?.rotationFunction && logGroupOf(seen.rotationFunction);
  const kind = event === "RotationFailed" ? "unreported" : "abandoned";
  const task = { kind, secret, step, token, rotationLog } as const;
  await alerts.publish(failureAlert(problem, { ...occasion, task, at }), signal);
  if (!seen) return;
  try {
    await store.tag(seen.arn, toldTag, dayOf(at), signal);
  } catch (thrown) {
    const { code, message } = asRotationError(thrown);
    log.alertFailed(secret, code, message);
  }
}

/** Where a function logs unless it was told otherwise. */
function logGroupOf(functionArn: string): string {
  return `/aws/lambda/${functionArn.split(":")[6]}`;
}
