import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  paginateListSecrets,
  paginateListSecretVersionIds,
  SecretsManagerClient,
  type SecretVersionsListEntry,
  TagResourceCommand,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import { onDemand } from "../on-demand.ts";
import { SecretBinary } from "../secret/errors.ts";
import { Secret } from "../secret/secret.ts";
import type {
  CurrentValue,
  LabelMove,
  PendingValue,
  SecretState,
  SecretStore,
} from "../secret/store.ts";
import { callAws, meaning, type Send } from "./failures.ts";
import { stateOf } from "./secret-state.ts";

/** On the account and Region that the environment names. */
export function secretsManagerStore(): SecretStore {
  return new SecretsManagerStore(onDemand(() => new SecretsManagerClient({})));
}

/** The store on AWS Secrets Manager. */
export class SecretsManagerStore implements SecretStore {
  readonly #client: () => SecretsManagerClient;

  constructor(client: () => SecretsManagerClient) {
    this.#client = client;
  }

  async describe(secretId: string, signal: AbortSignal): Promise<SecretState> {
    return this.#call("DescribeSecret", secretId, signal, async (options) => {
      const command = new DescribeSecretCommand({ SecretId: secretId });
      const secret = await this.#client().send(command, options);
      return { arn: secretId, name: secretId, ...stateOf(secret, secret.VersionIdsToStages) };
    });
  }

  async list(signal: AbortSignal): Promise<readonly SecretState[]> {
    return this.#call("ListSecrets", "the account", signal, async (options) => {
      const secrets: SecretState[] = [];
      const input = { MaxResults: 100, IncludePlannedDeletion: true };
      const pages = paginateListSecrets({ client: this.#client(), pageSize: 100 }, input, options);
      // A page may be empty and not the last one (API reference).
      for await (const { SecretList = [] } of pages)
        for (const secret of SecretList)
          secrets.push({ arn: "", name: "", ...stateOf(secret, secret.SecretVersionsToStages) });
      return secrets;
    });
  }

  async read(secretId: string, versionId: string, signal: AbortSignal) {
    return (await this.#value({ SecretId: secretId, VersionId: versionId }, signal))?.text;
  }

  async current(secretId: string, signal: AbortSignal): Promise<CurrentValue | undefined> {
    return this.#value({ SecretId: secretId, VersionStage: "AWSCURRENT" }, signal);
  }

  async #value(
    input: { SecretId: string; VersionId?: string; VersionStage?: string },
    signal: AbortSignal,
  ): Promise<CurrentValue | undefined> {
    const { SecretId: secretId, VersionId, VersionStage } = input;
    return this.#call("GetSecretValue", secretId, signal, async (options) => {
      const value = await this.#client()
        .send(new GetSecretValueCommand(input), options)
        .catch(meaning("ResourceNotFoundException", undefined));
      const { VersionId: versionId = "", SecretString, SecretBinary: binary } = value ?? {};
      if (SecretString !== undefined) return { versionId, text: new Secret(SecretString) };
      if (binary) throw new SecretBinary(secretId, VersionId ?? VersionStage ?? "");
      return undefined;
    });
  }

  async putPending(pending: PendingValue, signal: AbortSignal): Promise<"created" | "exists"> {
    return this.#call("PutSecretValue", pending.secretId, signal, async (options) => {
      const command = new PutSecretValueCommand({
        SecretId: pending.secretId,
        ClientRequestToken: pending.token,
        SecretString: pending.text.reveal(),
        VersionStages: [...pending.labels],
        RotationToken: pending.rotationToken?.reveal(),
      });
      const sent = this.#client()
        .send(command, options)
        .then(() => "created" as const);
      return sent.catch(meaning("ResourceExistsException", "exists" as const));
    });
  }

  async moveLabel(move: LabelMove, signal: AbortSignal): Promise<"moved" | "elsewhere"> {
    return this.#call("UpdateSecretVersionStage", move.secretId, signal, async (options) => {
      const command = new UpdateSecretVersionStageCommand({
        SecretId: move.secretId,
        VersionStage: move.label,
        RemoveFromVersionId: move.from,
        MoveToVersionId: move.to,
      });
      const sent = this.#client()
        .send(command, options)
        .then(() => "moved" as const);
      return sent.catch(meaning("InvalidParameterException", "elsewhere" as const));
    });
  }

  async tag(secretId: string, key: string, value: string, signal: AbortSignal): Promise<void> {
    await this.#call("TagResource", secretId, signal, (options) => {
      const input = { SecretId: secretId, Tags: [{ Key: key, Value: value }] };
      return this.#client().send(new TagResourceCommand(input), options);
    });
  }

  async madeAt(
    secretId: string,
    versionId: string,
    signal: AbortSignal,
  ): Promise<Date | undefined> {
    const versions = await this.#versions(secretId, signal);
    return versions.find(({ VersionId }) => VersionId === versionId)?.CreatedDate;
  }

  async unlabelled(secretId: string, signal: AbortSignal): Promise<readonly string[]> {
    const versions = await this.#versions(secretId, signal);
    return versions
      .filter(({ VersionStages }) => !VersionStages?.length)
      .toSorted((a, b) => Number(b.CreatedDate ?? 0) - Number(a.CreatedDate ?? 0))
      .flatMap(({ VersionId }) => VersionId ?? []);
  }

  #versions(secretId: string, signal: AbortSignal): Promise<readonly SecretVersionsListEntry[]> {
    return this.#call("ListSecretVersionIds", secretId, signal, async (options) => {
      const input = { SecretId: secretId, IncludeDeprecated: true };
      const pages = paginateListSecretVersionIds({ client: this.#client() }, input, options);
      return (await Array.fromAsync(pages)).flatMap(({ Versions }) => Versions ?? []);
    });
  }

  #call<T>(action: string, secretId: string, signal: AbortSignal, send: Send<T>): Promise<T> {
    return callAws(`secretsmanager:${action}`, secretId, signal, send);
  }
}
