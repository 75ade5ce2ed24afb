import { everySecret } from "../alerts/memory.ts";
import type { RotationError } from "../errors.ts";
import { isExpired, type Manifest } from "../manifest/manifest.ts";
import { secretNameOf } from "../secret/arn.ts";
import { holderOf, pendingOf } from "../secret/labels.ts";
import type { ServerAnswer } from "./probing.ts";
import { ExemptionExpired } from "./secret-findings.ts";
import type { Seen, Subject } from "./subject.ts";
import type { Finding } from "./telling.ts";

/** @param answer of its server, if it was asked */
export function findingOf(
  { id, name, secret, found, state }: Seen,
  answer: ServerAnswer | undefined,
): Finding {
  const isTried = answer !== undefined || secret?.deletedAt !== undefined;
  const probed = answer === undefined || answer === "accepted" ? [] : [answer];
  return {
    id,
    name,
    found: [
      ...found.map(({ error, mayPass }) => ({ error, mayPass, step: "look" as const })),
      ...probed.map((each) => ({ ...each, step: "probe" as const })),
    ],
    token: (secret && (pendingOf(secret) ?? holderOf(secret, "AWSCURRENT"))) ?? "",
    isOver: ({ last }) => state !== "unseen" && (last.step !== "probe" || isTried),
  };
}

/** Of secrets that were to rotate by now. */
export const expired = ({ exempt }: Manifest, now: Date): readonly Finding[] =>
  exempt
    .filter((exemption) => isExpired(exemption, now))
    .map(({ secret, until, reason }) => {
      const name = secretNameOf(secret);
      const error = new ExemptionExpired(name, until, reason);
      return { ...over(secret), found: [{ error, step: "look" }] };
    });

/**
 * What keeps the looks themselves from being made, e.g. that ListSecrets is denied.
 * @param hasTried whether any server was asked
 */
export const everything = (
  broken: readonly RotationError[],
  failures: readonly RotationError[],
  hasTried: boolean,
): Finding => ({
  ...over(everySecret),
  found: [
    ...broken.map((error) => ({ error, step: "look" as const })),
    ...failures.map((error) => ({ error, step: "probe" as const })),
  ],
  isOver: ({ last }) => last.step !== "probe" || hasTried,
});

/**
 * What was told of anything that is not there any more: a secret that the manifest no longer names, an exemption that
 * was prolonged, the name of one that exists by now.
 * @param unread those of which nothing can be said in this look
 */
export function released(
  all: readonly Finding[],
  unread: readonly Subject[],
  ids: readonly string[],
): readonly Finding[] {
  const known = new Set([
    ...all.map(({ id }) => id),
    ...unread.flatMap(({ key, listed }) => [key, secretNameOf(key), listed?.arn ?? key]),
  ]);
  return ids.filter((id) => !known.has(id) && !known.has(secretNameOf(id))).map(over);
}

/** @param id ARN or name */
const over = (id: string): Finding => ({
  id,
  name: secretNameOf(id),
  found: [],
  token: "",
  isOver: () => true,
});
