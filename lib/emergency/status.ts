import type { Remembered } from "../alerts/memory.ts";
import { bounded } from "../bounded.ts";
import type { Context } from "../context/context.ts";
import { asRotationError } from "../errors.ts";
import { secretNameOf } from "../secret/arn.ts";
import { decide } from "./decide.ts";
import { isDone, noteOf } from "./note.ts";
import type { EmergencyPorts } from "./ports.ts";
import type { EmergencyRequest } from "./request.ts";
import { statusOf } from "./secret-status.ts";
import { type Selected, select } from "./selection.ts";
import { consumersOf, type Looked, type Viewed, viewFor } from "./status-consumers.ts";
import type { SecretFacts, SecretStatus } from "./status-facts.ts";

/** How the secrets of an emergency are. */
export interface StatusAnswer {
  readonly outcome: "status";
  /** Of the emergency that was asked for; empty: of any. */
  readonly id: string;
  /** When it looked: ISO 8601, of the clock that all times here are of. */
  readonly at: string;
  readonly secrets: readonly SecretStatus[];
}

/** Of `DescribeSecret` at once. */
const width = 20;

/**
 * How the secrets are, as AWS knows it; changes nothing. Where an emergency is named and no secrets are, those that
 * remember it.
 * @throws NothingSelected, AwsCallFailed, DeadlineReached
 */
export async function status(
  { selection, id }: Pick<EmergencyRequest, "selection" | "id">,
  ports: EmergencyPorts,
  context: Context,
): Promise<StatusAnswer> {
  const { now, signal } = context;
  const listed = "tag" in selection ? await ports.store.list(signal) : [];
  const selected = select(selection, ports.manifest, listed);
  const isOfAny = "all" in selection && id !== "";
  const described = await bounded(selected, width, (each) => describe(each, ports, signal));
  const absent = described.filter((each) => "state" in each);
  const all = described.filter((each) => "secretId" in each);
  const asked = isOfAny ? all.filter(({ secret }) => noteOf(secret)?.ids.includes(id)) : all;
  const at = now();
  const view = await viewFor(asked, ports, context);
  const remembered = await ports.memory.list(signal);
  const secrets: SecretStatus[] = isOfAny ? [] : [...absent];
  for (const each of asked)
    secrets.push(statusOf(await factsOf(each, { id, at, view, remembered }, ports)));
  return { outcome: "status", id, at: at.toISOString(), secrets };
}

/** One that is not there is refused. What passes by itself is thrown: whoever asks again gets the answer. */
async function describe(
  each: Selected,
  { store }: EmergencyPorts,
  signal: AbortSignal,
): Promise<Looked | SecretStatus> {
  try {
    return { ...each, secret: await store.describe(each.secretId, signal) };
  } catch (thrown) {
    const { retryable, message } = asRotationError(thrown);
    if (retryable) throw thrown;
    const unknown = { consumers: [], problems: [], left: [message] };
    const secret = secretNameOf(each.secretId);
    return { secret, state: "refused", waitsFor: "person", ...unknown };
  }
}

async function factsOf(
  looked: Looked,
  { id, at, view, remembered }: Shared,
  { rotators }: EmergencyPorts,
): Promise<SecretFacts> {
  const { entry, secret } = looked;
  const ours = Object.values(rotators).filter(Boolean);
  // What leaked waits for nothing, so whatever is refused then is refused for good.
  const asked = { id, entry, ours, askedAt: at, now: at, endSessions: false };
  const step = decide({ action: "leaked", ...asked }, secret, { versions: new Map() });
  const note = noteOf(secret);
  const own = remembered.filter((each) => each.secret === secret.arn);
  const ofEmergency = note && !isDone(note) ? ofEmergencies(note.ids, remembered) : [];
  const all = [...own, ...ofEmergency];
  return {
    secret,
    id,
    now: at,
    // Of no emergency in particular nobody asked it anything.
    refusal: step.kind === "refuse" && id !== "" ? step.error : undefined,
    consumers: await consumersOf(looked, view, at),
    remembered: all,
    isGivenUp: all.some(({ problems }) =>
      problems.some(({ kind }) => kind === "EMERGENCY_UNFINISHED" || kind === "EMERGENCY_STOPPED"),
    ),
  };
}

/** What on-call was told about these emergencies, except that they are under way. */
const ofEmergencies = (ids: readonly string[], remembered: readonly Remembered[]) =>
  remembered
    .filter(({ domain }) => domain === "emergency")
    .map(({ problems, ...each }) => ({
      ...each,
      problems: problems.filter(
        ({ kind, subject }) => kind !== "EMERGENCY" && ids.includes(subject),
      ),
    }));

interface Shared {
  readonly id: string;
  readonly at: Date;
  readonly view: Viewed;
  readonly remembered: readonly Remembered[];
}
