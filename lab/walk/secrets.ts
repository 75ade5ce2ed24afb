import type { SecretState } from "../../lib/secret/store.ts";
import {
  CURRENT,
  holderOf,
  incompleteVersion,
  moveLabel,
  PENDING,
  type Secret,
  type SecretChange,
  type Version,
} from "../../standin/secrets-manager/secret.ts";
import { requireRoomFor, writeVersion } from "../../standin/secrets-manager/version-write.ts";
import type { VirtualClock } from "./clock.ts";

/** What an earlier reader may still see. */
interface Past {
  readonly until: number;
  readonly state: SecretState;
}

/** How long ListSecrets may show what was before, in milliseconds (API_ListSecrets); other reads lag less. */
const maximumLag = 5 * 60_000;

const day = 24 * 3_600_000;

/**
 * Secrets Manager in memory, by the stand-in's own rules of labels and versions. What operators do is here; what
 * functions see of it is in `store.ts`.
 */
export class FakeSecrets {
  readonly clock: VirtualClock;
  readonly list: Secret[] = [];
  /** How old an answer to a read may be now, in milliseconds. */
  lag = 0;
  /** The same of ListSecrets. */
  listLag = 0;
  readonly #past = new Map<Secret, Past[]>();
  readonly #changed: (secret: Secret, change: SecretChange) => void;

  constructor(clock: VirtualClock, changed: (secret: Secret, change: SecretChange) => void) {
    this.clock = clock;
    this.#changed = changed;
  }

  create(name: string, text: string): Secret {
    const arn = `arn:aws:secretsmanager:eu-central-1:000000000000:secret:${name}-AbCdEf`;
    const changed = (change: SecretChange) => this.#changed(secret, change);
    const secret: Secret = {
      arn,
      name,
      createdAt: this.clock.now,
      versions: new Map(),
      tags: [],
      changedAt: this.clock.now,
      rotation: {
        enabled: true,
        functionArn: "rotate-database",
        rules: { ScheduleExpression: "rate(90 days)" },
      },
      changed,
    };
    this.list.push(secret);
    writeVersion(
      secret,
      `initial-${"0".repeat(24)}${this.list.length}`,
      { SecretString: text },
      [CURRENT],
      this.clock.now,
    );
    return secret;
  }

  find(secretId: string): Secret | undefined {
    return this.list.find(({ arn, name }) => arn === secretId || name === secretId);
  }

  /** Every change goes through here, so that late reads can show what was before. */
  change<T>(secret: Secret, change: () => T): T {
    const past = this.#past.get(secret) ?? [];
    const { now } = this.clock;
    const kept = past.filter(({ until }) => until >= now - maximumLag);
    this.#past.set(secret, [...kept, { until: now, state: stateOf(secret) }]);
    const done = change();
    secret.changedAt = now;
    return done;
  }

  /** As a read sees it that may lag. */
  seen(secret: Secret, lag = this.lag): SecretState {
    const at = this.clock.now - lag;
    const past = (this.#past.get(secret) ?? []).find(({ until }) => until > at);
    return past?.state ?? stateOf(secret);
  }

  put(secret: Secret, token: string, text: string, labels: readonly string[]): void {
    this.change(secret, () =>
      writeVersion(secret, token, { SecretString: text }, labels, this.clock.now),
    );
  }

  stall(secret: Secret): void {
    this.change(secret, () => {
      secret.nextRotationAt = this.clock.now - 2 * day;
    });
  }

  delete(secret: Secret): void {
    this.change(secret, () => {
      secret.deletionAt = this.clock.now + 30 * day;
    });
  }

  restore(secret: Secret): void {
    this.change(secret, () => {
      delete secret.deletionAt;
    });
  }

  /** UpdateSecretVersionStage by the rules of the API. @returns whether it was allowed */
  move(secret: Secret, label: string, from: string | undefined, to: string | undefined): boolean {
    const holder = holderOf(secret, label);
    const target = to === undefined ? undefined : secret.versions.get(to);
    if (to !== undefined && !target) return false;
    if (from !== undefined && holder?.id !== from) return false;
    if (from === undefined && holder && holder !== target) return false;
    if (!target && label === CURRENT) return false;
    if (target) requireRoomFor(secret, [label]);
    this.change(secret, () => {
      if (target) moveLabel(secret, label, target);
      else holder?.labels.delete(label);
    });
    return true;
  }
}

export function textOf(version: Version | undefined): string | undefined {
  const { value } = version ?? {};
  return value && "SecretString" in value ? value.SecretString : undefined;
}

export const currentOf = (secret: Secret) => holderOf(secret, CURRENT);
export const pendingOf = (secret: Secret) => incompleteVersion(secret);
export { CURRENT, PENDING };

function stateOf(secret: Secret): SecretState {
  const { arn, name, rotation, deletionAt, rotatedAt, nextRotationAt, changedAt, tags, versions } =
    secret;
  const labelled = [...versions.values()].filter(({ labels }) => labels.size > 0);
  return {
    arn,
    name,
    rotationEnabled: rotation?.enabled,
    rotationFunction: rotation?.functionArn,
    deletedAt: deletionAt === undefined ? undefined : new Date(deletionAt),
    createdAt: new Date(secret.createdAt),
    nextRotationAt: nextRotationAt === undefined ? undefined : new Date(nextRotationAt),
    lastRotatedAt: rotatedAt === undefined || !rotation?.enabled ? undefined : new Date(rotatedAt),
    changedAt: new Date(changedAt),
    tags: new Map(tags.map(({ Key, Value }) => [Key, Value])),
    versions: new Map(labelled.map(({ id, labels }) => [id, [...labels].sort()])),
  };
}
