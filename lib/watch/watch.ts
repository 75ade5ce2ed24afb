import { problemsIn } from "../alerts/memory.ts";
import { tell } from "../alerts/tell.ts";
import type { Context } from "../context/context.ts";
import { asRotationError } from "../errors.ts";
import { entryFor, type SecretEntry } from "../manifest/manifest.ts";
import { secretNameOf } from "../secret/arn.ts";
import { agree, alertTime, remember } from "./agree.ts";
import { complete } from "./complete.ts";
import { isSwitched } from "./judge.ts";
import { readOccasion } from "./occasion.ts";
import type { WatchPorts } from "./ports.ts";
import type { Sighting } from "./sighting.ts";
import { survey } from "./survey.ts";
import { taskOf } from "./task.ts";

export interface Watched {
  /** The secret's name. */
  readonly secret: string;
  readonly token?: string | undefined;
  /** `ignored`: the manifest does not name it. `looked`: at all of them. */
  readonly outcome: "told" | "silent" | "ignored" | "looked";
  readonly why: string;
}

/**
 * Alerts on-call of a rotation that failed or was given up, if the function that rotates has not: once until the
 * secret was rotated, however many events come, twice, late or at once. Looks at all secrets when the hour has passed.
 * Throws what may succeed in another try, which Lambda makes; an alert that could not be remembered comes again rather
 * than being lost.
 * @throws InvalidNotice; of the topic AwsCallFailed, TopicMissing, DeadlineReached
 */
export async function watch(event: unknown, ports: WatchPorts, context: Context): Promise<Watched> {
  const { log, now } = context;
  const startedAt = now().getTime();
  const line = () => ({ step: "watch", ms: now().getTime() - startedAt });
  let secret = "unknown";
  try {
    const occasion = readOccasion(event, now());
    if (occasion.kind === "tick") return { secret, outcome: "silent", why: "a tick" };
    secret = occasion.kind === "look" ? "all secrets" : secretNameOf(occasion.sighting.secretId);
    const watched: Watched =
      occasion.kind === "look"
        ? { secret, outcome: "looked", why: await survey(occasion.at, ports, context) }
        : await attend(occasion.sighting, ports, context);
    const name = occasion.kind === "look" ? "look" : occasion.sighting.kind;
    const { outcome, why, token = "unknown" } = watched;
    log.step({ ...line(), secret, token, outcome: "done", message: `${name} ${outcome}: ${why}` });
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
  if (!entry)
    return {
      secret,
      token: sighting.token,
      outcome: "ignored",
      why: "the manifest does not name it",
    };
  const watching = { sighting, entry, ports, context };
  if (sighting.kind === "TestRotationSucceeded") return endTests(watching);
  if (isSwitched(entry)) await completeIfNeeded(watching);
  const { verdict, seen, remembered } = await agree(watching);
  if (verdict.kind === "silent")
    return { secret, token: sighting.token, outcome: "silent", why: verdict.why };
  const { problem, token } = verdict;
  const task = taskOf(sighting, token, seen);
  const news = { status: "begun", error: problem, task } as const;
  const reported = await context.report(news, AbortSignal.timeout(alertTime));
  if (reported !== "told") throw reported;
  await remember(watching, { problem, task, remembered }).catch((thrown) => {
    const { code, message } = asRotationError(thrown);
    context.log.alertFailed(secret, code, message);
  });
  return { secret, token, outcome: "told", why: problem.code };
}

interface Watching {
  readonly sighting: Sighting;
  readonly entry: SecretEntry;
  readonly ports: WatchPorts;
  readonly context: Context;
}

/** Also where the function reports the failure itself. What cannot be described is told of all the same. */
async function completeIfNeeded({ sighting, entry, ports, context }: Watching): Promise<void> {
  const { secretId } = sighting;
  const secret = await ports.store.describe(secretId, context.signal).catch(() => undefined);
  if (secret) await complete(secret, entry, ports, context);
}

/** A test that succeeds ends what earlier tests met, but not the failure of a rotation that is still pending. */
async function endTests({ sighting, ports, context }: Watching): Promise<Watched> {
  const { signal } = context;
  const { arn, name, versions } = await ports.store.describe(sighting.secretId, signal);
  const remembered = await ports.memory.of(arn, signal);
  for (const domain of ["rotation", "watch", "claims"] as const)
    await tell(
      {
        secret: { arn, name },
        domain,
        standing: problemsIn(remembered, domain),
        found: [],
        since: context.now(),
        isOver: ({ last }) => last.step === "testSecret" && !versions.has(last.token),
      },
      ports.memory,
      context,
      signal,
    );
  return { secret: name, token: sighting.token, outcome: "silent", why: "the test succeeded" };
}
