import { AwsCallFailed } from "../../lib/errors.ts";
import { Secret } from "../../lib/secret/secret.ts";
import type { LabelMove, PendingValue, SecretState, SecretStore } from "../../lib/secret/store.ts";
import type { Secret as StoredSecret } from "../../standin/secrets-manager/secret.ts";
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

  describe(secretId: string): Promise<SecretState> {
    return this.#call("DescribeSecret", secretId, (secret) => this.#secrets.seen(secret));
  }

  read(secretId: string, versionId: string | undefined): Promise<Secret<string> | undefined> {
    return this.#call("GetSecretValue", secretId, (secret) => {
      requireLive(secret, "GetSecretValue");
      const version = versionId === undefined ? currentOf(secret) : secret.versions.get(versionId);
      const isVisible =
        version && version.createdAt <= this.#secrets.clock.now - this.#secrets.lag;
      const text = isVisible ? textOf(version) : undefined;
      return text === undefined ? undefined : new Secret(text);
    });
  }

  putPending(pending: PendingValue): Promise<"created" | "exists"> {
    return this.#call("PutSecretValue", pending.secretId, (secret) => {
      requireLive(secret, "PutSecretValue");
      const present = textOf(secret.versions.get(pending.token));
      const text = pending.text.reveal();
      if (present !== undefined) return present === text ? "created" : "exists";
      this.#secrets.put(secret, pending.token, text, pending.labels);
      return "created";
    });
  }

  moveLabel({ secretId, label, from, to }: LabelMove): Promise<"moved" | "elsewhere"> {
    return this.#call("UpdateSecretVersionStage", secretId, (secret) => {
      requireLive(secret, "UpdateSecretVersionStage");
      return this.#secrets.move(secret, label, from, to) ? "moved" : "elsewhere";
    });
  }

  tag(secretId: string, key: string, value: string): Promise<void> {
    return this.#call("TagResource", secretId, (secret) => {
      requireLive(secret, "TagResource");
      this.#secrets.change(secret, () => {
        secret.tags = [...secret.tags.filter(({ Key }) => Key !== key), { Key: key, Value: value }];
      });
    });
  }

  madeAt(secretId: string, versionId: string): Promise<Date | undefined> {
    return this.#call("ListSecretVersionIds", secretId, (secret) => {
      const version = secret.versions.get(versionId);
      return version?.value ? new Date(version.createdAt) : undefined;
    });
  }

  unlabelled(secretId: string): Promise<readonly string[]> {
    return this.#call("ListSecretVersionIds", secretId, (secret) =>
      [...secret.versions.values()]
        .filter(({ labels, value }) => labels.size === 0 && value !== undefined)
        .toSorted((a, b) => b.createdAt - a.createdAt)
        .slice(0, keptVersions)
        .map(({ id }) => id),
    );
  }

  #call<T>(action: string, secretId: string, effect: (secret: StoredSecret) => T): Promise<T> {
    const call = `secretsmanager:${action}`;
    return this.#gate.call(this.#by, awsFailure(call, secretId), () => {
      const secret = this.#secrets.find(secretId);
      if (secret) return effect(secret);
      throw new AwsCallFailed(call, secretId, {
        failure: "ResourceNotFoundException",
        retryable: false,
        remedy: "Create it.",
        isAbsent: true,
      });
    });
  }
}

/** A secret that waits for its deletion can be described, and nothing else. */
function requireLive(secret: StoredSecret, action: string): void {
  if (secret.deletionAt === undefined) return;
  throw new AwsCallFailed(`secretsmanager:${action}`, secret.name, {
    failure: "InvalidRequestException (HTTP 400)",
    retryable: false,
    remedy: "Restore it.",
  });
}
