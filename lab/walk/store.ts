import { AwsCallFailed } from "../../lib/aws-call-failed.ts";
import { Secret } from "../../lib/secret/secret.ts";
import type {
  CurrentValue,
  LabelMove,
  PendingValue,
  SecretState,
  SecretStore,
} from "../../lib/secret/store.ts";
import type { Secret as StoredSecret, Version } from "../../standin/secrets-manager/secret.ts";
import { awsFailure, type Gate, type Invocation } from "./gate.ts";
import { currentOf, type FakeSecrets, textOf } from "./secrets.ts";

/** How many versions without a label keep their value (Secrets Manager keeps about 100). */
const keptVersions = 100;

/** The port `SecretStore` of one invocation, on secrets in memory. */
export class FakeStore implements SecretStore {
  readonly #secrets: FakeSecrets;
  readonly #gate: Gate;
  readonly #by: Invocation;

  constructor(secrets: FakeSecrets, gate: Gate, by: Invocation) {
    this.#secrets = secrets;
    this.#gate = gate;
    this.#by = by;
  }

  describe(secretId: string, signal: AbortSignal): Promise<SecretState> {
    return this.#call("DescribeSecret", secretId, signal, (secret) => this.#secrets.seen(secret));
  }

  list(signal: AbortSignal): Promise<readonly SecretState[]> {
    const { list, listLag } = this.#secrets;
    const seen = () => list.map((secret) => this.#secrets.seen(secret, listLag));
    return this.#gate.call(this.#by, awsFailure("secretsmanager:ListSecrets", "all"), seen, signal);
  }

  async read(
    secretId: string,
    versionId: string,
    signal: AbortSignal,
  ): Promise<Secret<string> | undefined> {
    const find = (secret: StoredSecret) => secret.versions.get(versionId);
    return (await this.#value(secretId, find, signal))?.text;
  }

  current(secretId: string, signal: AbortSignal): Promise<CurrentValue | undefined> {
    return this.#value(secretId, currentOf, signal);
  }

  #value(
    secretId: string,
    find: (secret: StoredSecret) => Version | undefined,
    signal: AbortSignal,
  ): Promise<CurrentValue | undefined> {
    const value = this.#call("GetSecretValue", secretId, signal, (secret) => {
      requireLive(secret, "GetSecretValue");
      const version = find(secret);
      const isVisible = version && version.createdAt <= this.#secrets.clock.now - this.#secrets.lag;
      const text = isVisible ? textOf(version) : undefined;
      return version && text !== undefined
        ? { versionId: version.id, text: new Secret(text) }
        : undefined;
    });
    return value.catch((error) => {
      if (error instanceof AwsCallFailed && error.isAbsent) return undefined;
      throw error;
    });
  }

  putPending(pending: PendingValue, signal: AbortSignal): Promise<"created" | "exists"> {
    return this.#call("PutSecretValue", pending.secretId, signal, (secret) => {
      requireLive(secret, "PutSecretValue");
      const present = textOf(secret.versions.get(pending.token));
      const text = pending.text.reveal();
      if (present !== undefined) return present === text ? "created" : "exists";
      try {
        this.#secrets.put(secret, pending.token, text, pending.labels);
      } catch {
        throw refused("PutSecretValue", secret, "LimitExceededException");
      }
      return "created";
    });
  }

  moveLabel(
    { secretId, label, from, to }: LabelMove,
    signal: AbortSignal,
  ): Promise<"moved" | "elsewhere"> {
    return this.#call("UpdateSecretVersionStage", secretId, signal, (secret) => {
      requireLive(secret, "UpdateSecretVersionStage");
      try {
        return this.#secrets.move(secret, label, from, to) ? "moved" : "elsewhere";
      } catch {
        throw refused("UpdateSecretVersionStage", secret, "LimitExceededException");
      }
    });
  }

  tag(secretId: string, key: string, value: string, signal: AbortSignal): Promise<void> {
    return this.#call("TagResource", secretId, signal, (secret) => {
      requireLive(secret, "TagResource");
      this.#secrets.change(secret, () => {
        secret.tags = [...secret.tags.filter(({ Key }) => Key !== key), { Key: key, Value: value }];
      });
    });
  }

  madeAt(secretId: string, versionId: string, signal: AbortSignal): Promise<Date | undefined> {
    return this.#call("ListSecretVersionIds", secretId, signal, (secret) => {
      const version = secret.versions.get(versionId);
      return version?.value ? new Date(version.createdAt) : undefined;
    });
  }

  unlabelled(secretId: string, signal: AbortSignal): Promise<readonly string[]> {
    return this.#call("ListSecretVersionIds", secretId, signal, (secret) =>
      [...secret.versions.values()]
        .filter(({ labels, value }) => labels.size === 0 && value !== undefined)
        .toSorted((a, b) => b.createdAt - a.createdAt)
        .slice(0, keptVersions)
        .map(({ id }) => id),
    );
  }

  #call<T>(
    action: string,
    secretId: string,
    signal: AbortSignal,
    effect: (secret: StoredSecret) => T,
  ): Promise<T> {
    const call = `secretsmanager:${action}`;
    const found = () => {
      const secret = this.#secrets.find(secretId);
      if (secret) return effect(secret);
      throw new AwsCallFailed(call, secretId, {
        failure: "ResourceNotFoundException",
        retryable: false,
        remedy: "Create it.",
        isAbsent: true,
      });
    };
    return this.#gate.call(this.#by, awsFailure(call, secretId), found, signal);
  }
}

/** A secret that waits for its deletion can be described, and nothing else. */
function requireLive(secret: StoredSecret, action: string): void {
  if (secret.deletionAt === undefined) return;
  throw refused(action, secret, "InvalidRequestException");
}

const refused = (action: string, { name }: StoredSecret, failure: string) =>
  new AwsCallFailed(`secretsmanager:${action}`, name, {
    failure,
    retryable: false,
    remedy: "Look the error up.",
  });
