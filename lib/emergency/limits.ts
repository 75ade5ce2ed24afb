import type { RotationError } from "../errors.ts";
import { ManagedByAws, NoCurrentVersion } from "../rotation/refusals.ts";
import { holderOf, retiringVersions } from "../secret/labels.ts";
import { forgottenVersions, leftVersions } from "../secret/left.ts";
import { sightingOf } from "../secret/sighting.ts";
import type { SecretState } from "../secret/store.ts";
import { IsDeleted, OtherEmergency, RotatedElsewhere } from "./errors.ts";
import { isOver, type Note } from "./note.ts";
import type { Step, Wish } from "./step.ts";

export const refuse = (error: RotationError): Step => ({ kind: "refuse", error });

/** What it waits for: another look may find that it has passed. Without a full stop. */
export const reasonOf = ({ happened }: RotationError): string => happened.replace(/\.$/, "");

/** A failure that passes is waited for. */
export const stayOrRefuse = (error: RotationError): Step =>
  error.retryable ? { kind: "stay", why: reasonOf(error) } : refuse(error);

/** What no emergency can change. */
export function refusal(
  { ours }: Pick<Wish, "ours">,
  secret: SecretState,
): RotationError | undefined {
  const { name, rotationFunction, deletedAt } = secret;
  const owner = secret.owningService ?? secret.externalType;
  if (owner) return new ManagedByAws(name, owner);
  if (deletedAt) return new IsDeleted(name);
  if (holderOf(secret, "AWSCURRENT") === undefined) return new NoCurrentVersion(name);
  if (rotationFunction !== undefined && !ours.includes(rotationFunction))
    return new RotatedElsewhere(name, rotationFunction);
  return undefined;
}

/** Of a rollback or a repair. How the schedule was before an emergency that is not finished, it alone knows. */
export function stateNote(
  { action, id, now }: Wish,
  token: string,
  secret: SecretState,
  last?: Note,
): Note {
  const isOff = secret.rotationEnabled === false && secret.rotationFunction !== undefined;
  const wasOff = last && !isOver(last) ? last.wasOff : isOff;
  return { state: action, wasOff, token, at: now, ids: [id] };
}

/** In milliseconds: what began earlier and is not finished, nobody works on. */
const atWork = 3_600_000;

/** Another emergency that moves the same labels. */
export function otherEmergency(
  { id, now }: Wish,
  { name }: SecretState,
  last: Note | undefined,
): OtherEmergency | undefined {
  if (!last || isOver(last) || last.ids.includes(id)) return undefined;
  const isAtWork = now.getTime() - last.at.getTime() < atWork;
  return isAtWork ? new OtherEmergency(name, last.ids[0] ?? "", last.state) : undefined;
}

export const unsettledVersion = (secret: SecretState): string | undefined =>
  [...retiringVersions(secret).map(({ version }) => version), ...forgottenVersions(secret)][0];

/**
 * What has to end before an emergency is over; `undefined` where nothing is left. What somebody took RETIRING off counts,
 * too, and until settlement has seen AWSCURRENT, nobody knows what that has left.
 */
export function unfinishedVersions(secret: SecretState, now: Date): readonly string[] | undefined {
  const sighting = sightingOf(secret.tags, now);
  const retiring = retiringVersions(secret).map(({ version }) => version);
  const all = [...retiring, ...leftVersions(secret, sighting)];
  const isSeen = sighting?.version === holderOf(secret, "AWSCURRENT");
  return isSeen && all.length === 0 ? undefined : all;
}
