import { randomUUID } from "node:crypto";
import {
  CancelRotateSecretCommand,
  DescribeSecretCommand,
  paginateListSecrets,
  RotateSecretCommand,
  type SecretListEntry,
  SecretsManagerClient,
  TagResourceCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-secrets-manager";
import type { Schedule, ScheduledSecret, Schedules } from "../schedules/port.ts";
import { retiringVersions } from "../secret/labels.ts";
import { scheduleTag } from "../secret/schedule-tag.ts";
import { callAws, meaning } from "./failures.ts";

/** Of the account and Region that the environment names. */
export function rotationSchedules(): Schedules {
  return new RotationSchedules(new SecretsManagerClient({ maxAttempts: 6 }));
}

class RotationSchedules implements Schedules {
  readonly #client: SecretsManagerClient;

  constructor(client: SecretsManagerClient) {
    this.#client = client;
  }

  list(signal: AbortSignal): Promise<readonly ScheduledSecret[]> {
    return callAws("secretsmanager:ListSecrets", "the account", signal, async (options) => {
      const secrets: ScheduledSecret[] = [];
      const input = { MaxResults: 100, IncludePlannedDeletion: true };
      const pages = paginateListSecrets({ client: this.#client, pageSize: 100 }, input, options);
      for await (const { SecretList = [] } of pages)
        secrets.push(...SecretList.map((each) => scheduled(each, each.SecretVersionsToStages)));
      return secrets;
    });
  }

  describe(secretId: string, signal: AbortSignal): Promise<ScheduledSecret | undefined> {
    return callAws("secretsmanager:DescribeSecret", secretId, signal, async (options) => {
      const command = new DescribeSecretCommand({ SecretId: secretId });
      const secret = await this.#client
        .send(command, options)
        .catch(meaning("ResourceNotFoundException", undefined));
      return secret && scheduled(secret, secret.VersionIdsToStages);
    });
  }

  async set(secretId: string, schedule: Schedule, signal: AbortSignal): Promise<void> {
    const { functionArn, expression, duration } = schedule;
    const command = new RotateSecretCommand({
      SecretId: secretId,
      ClientRequestToken: randomUUID(),
      RotationLambdaARN: functionArn,
      RotationRules: { ScheduleExpression: expression, ...(duration && { Duration: duration }) },
      RotateImmediately: false,
    });
    await callAws("secretsmanager:RotateSecret", secretId, signal, (options) =>
      this.#client.send(command, options),
    );
  }

  async cancel(secretId: string, signal: AbortSignal): Promise<void> {
    const command = new CancelRotateSecretCommand({ SecretId: secretId });
    await callAws("secretsmanager:CancelRotateSecret", secretId, signal, (options) =>
      this.#client.send(command, options),
    );
  }

  async mark(secretId: string, mark: string | undefined, signal: AbortSignal): Promise<void> {
    const on = { SecretId: secretId };
    const action = mark === undefined ? "UntagResource" : "TagResource";
    await callAws(`secretsmanager:${action}`, secretId, signal, (options) =>
      mark === undefined
        ? this.#client.send(new UntagResourceCommand({ ...on, TagKeys: [scheduleTag] }), options)
        : this.#client.send(
            new TagResourceCommand({ ...on, Tags: [{ Key: scheduleTag, Value: mark }] }),
            options,
          ),
    );
  }
}

/** Managed external secrets have a type of their partner's. */
function scheduled(
  secret: Omit<SecretListEntry, "SecretVersionsToStages">,
  labels: Record<string, string[]> = {},
): ScheduledSecret {
  const { RotationEnabled, RotationLambdaARN, RotationRules: rules } = secret;
  const isConfigured = RotationEnabled !== undefined || RotationLambdaARN !== undefined;
  return {
    arn: secret.ARN ?? "",
    name: secret.Name ?? "",
    ...(isConfigured && {
      rotation: {
        isOn: RotationEnabled === true,
        functionArn: RotationLambdaARN,
        expression: rules?.ScheduleExpression,
        duration: rules?.Duration,
      },
    }),
    isManaged: secret.OwningService !== undefined || secret.Type !== undefined,
    isDeleted: secret.DeletedDate !== undefined,
    unsettled: retiringVersions({ versions: new Map(Object.entries(labels)) })[0]?.version,
    mark: secret.Tags?.find(({ Key }) => Key === scheduleTag)?.Value,
  };
}
