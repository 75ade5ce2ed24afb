import { createHash } from "node:crypto";
import { bounded } from "../bounded.ts";
import { chunks } from "../chunks.ts";
import type { Context } from "../context/context.ts";
import { asRotationError, type RotationError } from "../errors.ts";
import { isSupplied } from "../manifest/manifest.ts";
import { retiringVersions } from "../secret/labels.ts";
import { isOurs } from "./judge.ts";
import type { WatchPorts } from "./ports.ts";
import type { Probed } from "./prober.ts";
import { CurrentDrifted } from "./secret-findings.ts";
import type { Seen } from "./subject.ts";

/** Secrets of one invocation; and invocations at once. */
const [batch, width] = [60, 3];

const hoursOfDay = 24;

/** The hour of the day in which a secret's turn is: the same every day, and no state tells whose turn it is. */
export const hourOf = (key: string) =>
  createHash("sha256").update(key).digest().readUInt32BE() % hoursOfDay;

/** What a server says of AWSCURRENT: only what is known for sure, or is wrong for good. */
export type ServerAnswer =
  | "accepted"
  | { readonly error: RotationError; readonly mayPass?: boolean };

interface Probes {
  /** By the key of the manifest. */
  readonly answers: ReadonlyMap<string, ServerAnswer>;
  /** What kept secrets from being tried, until somebody acts. */
  readonly failures: readonly RotationError[];
}

/**
 * Whether the servers accept AWSCURRENT of each secret whose turn it is: of each once a day, and every hour of those
 * that were refused. Not of one that no function of ours rotates: where secrets are many, those that retire may not read
 * it, and would tell so of each.
 * @param isKnown whether on-call was told that it is, or may be, refused
 */
export async function probeTurns(
  seen: readonly Seen[],
  at: Date,
  isKnown: (each: Seen) => boolean,
  ports: Pick<WatchPorts, "probers">,
  context: Context,
): Promise<Probes> {
  const due = seen.filter(
    (each) =>
      each.secret &&
      !each.secret.deletedAt &&
      (isOurs(each.secret) || isSupplied(each.entry)) &&
      (hourOf(each.key) === at.getUTCHours() || isKnown(each)),
  );
  const batches = [...Map.groupBy(due, ({ entry }) => entry.place)].flatMap(([place, all]) =>
    chunks(all, batch).map((some) => ({ prober: ports.probers[place], some })),
  );
  const failures: RotationError[] = [];
  const probed = await bounded(batches, width, async ({ prober, some }) => {
    if (context.signal.aborted) return [];
    try {
      return await prober.probe(
        some.map(({ key }) => key),
        context.signal,
      );
    } catch (thrown) {
      const error = asRotationError(thrown);
      context.log.warn(`${some.length} secrets`, `AWSCURRENT was not tried: ${error.message}`);
      if (!error.retryable) failures.push(error);
      return [];
    }
  });
  const byKey = new Map(seen.map((each) => [each.key, each]));
  const answers = probed.flat().flatMap((each) => {
    const asked = byKey.get(each.secret);
    const answer = asked && answerOf(each, asked);
    return answer ? [[each.secret, answer] as const] : [];
  });
  return { answers: new Map(answers), failures };
}

/** What may pass, such as a server that does not answer, is told by whoever needs that server. */
function answerOf(
  { current, credential = "its credential", version, accepted, mayPass = false, error }: Probed,
  { name, entry, secret }: Seen,
): ServerAnswer | undefined {
  if (current === "accepted") return "accepted";
  if (current === "refused" && version !== undefined) {
    const isSettled = !secret || retiringVersions(secret).length === 0;
    const how = isSupplied(entry) ? "supplied" : isSettled ? "rotated" : "unsettled";
    const drifted = new CurrentDrifted(name, credential, version, accepted, how);
    return { error: drifted, mayPass };
  }
  return error && !error.retryable ? { error } : undefined;
}
