import { AwsCallFailed } from "../aws-call-failed.ts";
import type { Context } from "../context/context.ts";
import { DeadlineReached } from "../context/deadline.ts";
import { asRotationError } from "../errors.ts";
import type { Manifest, SecretEntry } from "../manifest/manifest.ts";
import { secretNameOf } from "../secret/arn.ts";
import type { SecretState } from "../secret/store.ts";
import { SecretUnseen } from "./errors.ts";
import { judge } from "./judge.ts";
import type { WatchPorts } from "./ports.ts";
import { SecretMissing } from "./secret-findings.ts";
import { type Judged, type State, stateOf } from "./state.ts";

/** A secret of the manifest. */
export interface Subject {
  /** What the manifest calls it. */
  readonly key: string;
  readonly entry: SecretEntry;
  /** As ListSecrets showed it; absent: it did not. */
  readonly listed?: SecretState | undefined;
}

/** What a look saw of one secret. */
export interface Seen extends Subject {
  /** Its ARN; of one that is not there what the manifest calls it. */
  readonly id: string;
  readonly name: string;
  /** As it was read last. */
  readonly secret?: SecretState | undefined;
  readonly found: readonly Judged[];
  readonly state: State;
}

/** The secrets of the manifest, with what ListSecrets showed of them. */
export function subjectsOf(
  { secrets }: Manifest,
  listed: readonly SecretState[] = [],
): readonly Subject[] {
  const byId = new Map(listed.flatMap((each) => [[each.name, each] as const, [each.arn, each]]));
  return Object.entries(secrets).map(([key, entry]) => ({ key, entry, listed: byId.get(key) }));
}

/**
 * Looks at one secret. ListSecrets may be five minutes old, so what it shows is described before anybody hears of it.
 * @param isKnown whether on-call was told of something that may be over
 * @returns `undefined` where Secrets Manager cannot be asked for now
 * @throws DeadlineReached
 */
export async function lookAt(
  subject: Subject,
  isKnown: boolean,
  ports: Pick<WatchPorts, "store">,
  context: Context,
): Promise<Seen | undefined> {
  const { key, entry, listed } = subject;
  if (listed && !isKnown && judge(listed, entry, context.now()).length === 0)
    return seenAs(subject, listed, []);
  try {
    const secret = await ports.store.describe(listed?.arn ?? key, context.signal);
    return seenAs(subject, secret, judge(secret, entry, context.now()));
  } catch (thrown) {
    const error = asRotationError(thrown);
    if (error instanceof DeadlineReached) throw error;
    if (error.retryable) {
      context.log.warn(key, `It cannot be checked for now: ${error.message}`);
      return undefined;
    }
    const isMissing = error instanceof AwsCallFailed && error.isAbsent;
    const name = listed?.name ?? secretNameOf(key);
    const state = isMissing ? "missing" : "unseen";
    const finding = isMissing ? new SecretMissing(name) : new SecretUnseen(name, error.message);
    const id = isMissing ? key : (listed?.arn ?? key);
    return { ...subject, id, name, state, found: [{ error: finding, state }] };
  }
}

export const seenAs = (subject: Subject, secret: SecretState, found: readonly Judged[]): Seen => ({
  ...subject,
  id: secret.arn,
  name: secret.name,
  secret,
  found,
  state: found[0]?.state ?? stateOf(secret),
});
