import { AwsCallFailed } from "../aws-call-failed.ts";
import {
  holderOf,
  isRetiring,
  type LabelOf,
  labelsOn,
  olderRetiringLabel,
  originLabel,
  originOf,
  type RetiringVersion,
  retiringLabel,
  retiringVersions,
  staleOrigins,
} from "../secret/labels.ts";
import { namedBy, namingVersion } from "../secret/leak.ts";
import { labelsOf, leftVersions } from "../secret/left.ts";
import { leftTag, leftText, sightingOf, sightingTag, sightingText } from "../secret/sighting.ts";
import type { SecretState } from "../secret/store.ts";
import { LabelsExhausted } from "./errors.ts";
import type { Answers, Ended, Turn } from "./turn.ts";

/**
 * `RETIRING` where it is free, or on AWSCURRENT, which was moved back to it; else a label of its own. The label that
 * names it comes first, so that settlement does not forget it when somebody takes the other one off.
 */
export async function track(left: Left, turn: Turn): Promise<Ended | Answers> {
  try {
    const done = await label(left, turn);
    return "outcome" in done ? done : forgetNote(left.version, turn);
  } catch (thrown) {
    const isFull = thrown instanceof AwsCallFailed && /LimitExceeded/.test(thrown.failure);
    if (!isFull) throw thrown;
    const { secret, answers, note } = turn;
    const { name } = secret;
    const task = { kind: "settlement", secret: name, step: "settle", token: left.version } as const;
    note({ error: new LabelsExhausted(name, left.version), task });
    const unlabelled = new Set([...(answers.unlabelled ?? []), left.version]);
    const all = [...new Set([...(seen(turn)?.left ?? []), left.version])];
    return { unlabelled, ...(await noteLeft(all, turn)) };
  }
}

/** It has a label now, or needs none. */
export async function forgetNote(version: string | undefined, turn: Turn): Promise<Answers> {
  const { left = [] } = seen(turn) ?? {};
  const others = left.filter((each) => each !== version);
  return others.length < left.length ? noteLeft(others, turn) : {};
}

/**
 * What AWSCURRENT has left cannot be asked about now, and whoever moves AWSCURRENT again, or starts a rotation, takes the
 * labels off that show it. Nothing is labelled: consumers are not rolled before it is known that AWSCURRENT works.
 */
export async function noteUnasked(version: string, turn: Turn): Promise<void> {
  const { secret, ports, context } = turn;
  const { left = [], version: known } = seen(turn) ?? {};
  const all = new Set([...left, version, ...leftVersions(secret, seen(turn))]);
  const current = holderOf(secret, "AWSCURRENT");
  if (known === undefined && current !== undefined) {
    const text = sightingText({ version: current, at: context.now() });
    await ports.store.tag(secret.arn, sightingTag, text, context.signal);
  }
  if (all.size > left.length) await noteLeft([...all], turn);
}

/** AWSPREVIOUS and the sighting name a version only until AWSCURRENT moves again. */
async function noteLeft(left: readonly string[], turn: Turn): Promise<Answers> {
  const { secret, ports, context } = turn;
  await ports.store.tag(secret.arn, leftTag, leftText(left), context.signal);
  const sighting = seen(turn);
  return sighting ? { sighting: { ...sighting, left } } : {};
}

const seen = ({ secret, answers, context }: Turn) =>
  answers.sighting ?? sightingOf(secret.tags, context.now());

interface Left {
  readonly version: string;
  readonly current: string;
}

async function label(
  { version, current }: Left,
  { secret, ports, context }: Turn,
): Promise<Ended | Answers> {
  const secretId = secret.arn;
  const origin = originLabel(version);
  const named = namedBy(version, secret);
  const to = namingVersion(version, current, secret);
  const isUnderWay = named === undefined && holderOf(secret, origin) !== undefined;
  if (named !== to && !isUnderWay) {
    const move = { secretId, label: origin, ...(named && { from: named }), to };
    await ports.store.moveLabel(move, context.signal);
  }
  if (isRetiring(version, labelsOn(secret, version))) return {};
  const holder = holderOf(secret, retiringLabel);
  const retiring =
    holder === undefined || (holder === current && !isFinishing(secret, current))
      ? retiringLabel
      : olderRetiringLabel(version);
  const from = holderOf(secret, retiring);
  const move = { secretId, label: retiring, ...(from !== undefined && { from }), to: version };
  const moved = await ports.store.moveLabel(move, context.signal);
  return moved === "moved" ? {} : { outcome: "waiting", why: "somebody else moves its labels" };
}

/** Whether a rotation may be between its two labels: RETIRING to AWSCURRENT, and AWSCURRENT to the new version. */
function isFinishing(secret: SecretState, current: string): boolean {
  const pending = holderOf(secret, "AWSPENDING");
  return (
    pending !== undefined && pending !== current && originOf(labelsOn(secret, pending)) === current
  );
}

/** RETIRING last: while it is there, settlement comes back. */
export async function removeLabel(retiring: RetiringVersion, turn: Turn): Promise<Ended | Answers> {
  const { secret } = turn;
  const isLast = retiringVersions(secret).length === 1;
  const found = labelsOf(retiring.version, secret);
  const origins = isLast ? staleOrigins(secret) : [];
  const others = origins.filter(({ label }) => !found.some((each) => each.label === label));
  const own = { label: retiring.label, from: retiring.version };
  await removeLabels([...found, ...others, own], turn);
  return isLast ? { outcome: "settled" } : { unlabelled: new Set() };
}

export async function removeLabels(
  labels: readonly LabelOf[],
  { secret, ports, context }: Turn,
): Promise<void> {
  for (const label of labels)
    await ports.store.moveLabel({ secretId: secret.arn, ...label }, context.signal);
}
