import { dayOf, insideAlertOf, outsideTag } from "../alerts/memory.ts";
import type { Context } from "../context/context.ts";
import { asRotationError, RotationError } from "../errors.ts";
import { entryFor, type Manifest, type SecretEntry } from "../manifest/manifest.ts";
import { secretNameOf } from "../secret/arn.ts";
import type { SecretState, SecretStore } from "../secret/store.ts";
import { decide, type Verdict } from "./decide.ts";
import { SecretUnseen } from "./errors.ts";
import { readSighting, type Sighting } from "./sighting.ts";

/** Everything that the watching function reaches the world through. It reads no secret value. */
export interface WatchPorts {
  readonly store: Pick<SecretStore, "describe" | "tag">;
  readonly manifest: Manifest;
}

export interface Watched {
  /** The secret's name. */
  readonly secret: string;
  readonly token?: string | undefined;
  /** `ignored`: the manifest does not name it. */
  readonly outcome: "told" | "silent" | "ignored";
  readonly why: string;
}

/** On the secret: the invocation that was the last to claim the alert. */
const claimTag = "quarterturn:teller";

/**
 * In milliseconds: how long an invocation may take from its look at the secret to its claim. One that waits as
 * long after its own claim sees the claims of all that looked before it alerted; it must alert in less.
 */
const claimTime = 2500;

/**
 * Alerts on-call of a rotation that failed or was given up, if the function that rotates has not: once for a
 * secret and day, however many events come, twice, late or at once. Throws what may succeed in another try,
 * which Lambda makes; an alert that could not be remembered comes again rather than being lost.
 * @throws InvalidNotice; of the topic AwsCallFailed, TopicMissing, DeadlineReached
 */
export async function watch(event: unknown, ports: WatchPorts, context: Context): Promise<Watched> {
  const { log, now } = context;
  const startedAt = now().getTime();
  const line = () => ({ step: "watch", ms: now().getTime() - startedAt });
  let secret = "unknown";
  try {
    const sighting = readSighting(event);
    secret = secretNameOf(sighting.secretId);
    const watched = await attend(sighting, ports, context);
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

async function attend(sighting: Sighting, ports: WatchPorts, context: Context): Promise<Watched> {
  const secret = secretNameOf(sighting.secretId);
  const entry = entryFor(ports.manifest, secret, sighting.secretId);
  if (!entry) return { secret, outcome: "ignored", why: "the manifest does not name it" };
  const { verdict, seen } = await agree({ sighting, entry, ports, context });
  if (verdict.kind === "silent") return { secret, outcome: "silent", why: verdict.why };
  const { problem, token } = verdict;
  const reported = await context.report(problem, taskOf(sighting, token, seen), seen);
  if (reported !== "told") throw reported;
  return { secret, token, outcome: "told", why: problem.code };
}

interface Watch {
  readonly sighting: Sighting;
  readonly entry: SecretEntry;
  readonly ports: WatchPorts;
  readonly context: Context;
}

interface Agreement {
  readonly verdict: Verdict;
  readonly seen?: SecretState;
}

/**
 * One failure produces several events and concurrent invocations. Each looks, writes its claim to the secret,
 * waits, and looks again: the last one to claim sends the alert. The second look also sees what has become of a
 * rotation that is being repeated.
 */
async function agree(watch: Watch): Promise<Agreement> {
  const { ports, context } = watch;
  const soon = AbortSignal.any([context.signal, AbortSignal.timeout(claimTime)]);
  const first = await look(watch, undefined, soon);
  if (!first.seen || first.verdict.kind === "silent") return first;
  const claim = String(context.randomInt(2 ** 47));
  // An invocation that may not write tags alerts without a claim, perhaps beside others.
  const hasClaimed = await ports.store.tag(first.seen.arn, claimTag, claim, soon).then(
    () => true,
    () => false,
  );
  await context.sleep(claimTime);
  const second = await look(watch, hasClaimed ? claim : undefined, context.signal);
  return second.seen ? second : first;
}

async function look(
  { sighting, entry, ports, context }: Watch,
  claim: string | undefined,
  signal: AbortSignal,
): Promise<Agreement> {
  const seen = await ports.store.describe(sighting.secretId, signal).catch(asRotationError);
  if (seen instanceof RotationError) {
    const secret = secretNameOf(sighting.secretId);
    return {
      verdict: { kind: "tell", problem: new SecretUnseen(secret, sighting.kind, seen.message) },
    };
  }
  const verdict = decide({
    sighting,
    secret: seen,
    inside: insideAlertOf(seen),
    inPlace: entry.credentials.some(({ traits }) => traits.switches),
    toldToday: seen.tags.get(outsideTag) === dayOf(context.now()),
    leftToAnother: claim !== undefined && seen.tags.get(claimTag) !== claim,
  });
  return { verdict, seen };
}

function taskOf(
  { kind: event, step = "unknown", secretId }: Sighting,
  token = "unknown",
  seen: SecretState | undefined,
) {
  const kind = event === "RotationFailed" ? "unreported" : "abandoned";
  const rotationLog = seen?.rotationFunction && logGroupOf(seen.rotationFunction);
  return { kind, secret: secretNameOf(secretId), step, token, rotationLog } as const;
}

/** Where a function logs by default. */
function logGroupOf(functionArn: string): string {
  return `/aws/lambda/${functionArn.split(":")[6]}`;
}
