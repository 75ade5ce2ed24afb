import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
  TagResourceCommand,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import { sightingTag, sightingText } from "../lib/secret/sighting.ts";
import type { DatabaseSecret } from "./database-secret.ts";

/** The secret that is rotated, as its operator sees it. */
export interface Versions {
  /** A version's value; default: AWSCURRENT's. */
  secret(version?: { VersionId?: string; VersionStage?: string }): Promise<DatabaseSecret>;
  /** Writes a new AWSCURRENT by hand. */
  put(secret: DatabaseSecret): Promise<void>;
  /** Version id by label. */
  labels(): Promise<Record<string, string>>;
  /** Moves a label, or removes it where `to` is absent. */
  label(name: string, from: string, to?: string): Promise<void>;
  /** Has the secret remember that AWSCURRENT moved this many milliseconds ago, as settlement does that saw it. */
  rememberMove(ms: number): Promise<void>;
  /** Of all versions, with and without labels. */
  versionIds(): Promise<string[]>;
}

export const versionsOf = (client: SecretsManagerClient, SecretId: string): Versions => ({
  async rememberMove(ms) {
    const { AWSCURRENT: version = "" } = await this.labels();
    const at = new Date(Date.now() - ms);
    const tag = { Key: sightingTag, Value: sightingText({ version, at }) };
    await client.send(new TagResourceCommand({ SecretId, Tags: [tag] }));
  },

  async secret(version = {}) {
    const command = new GetSecretValueCommand({ SecretId, ...version });
    return JSON.parse((await client.send(command)).SecretString ?? "null");
  },

  async put(secret) {
    const SecretString = JSON.stringify(secret);
    await client.send(new PutSecretValueCommand({ SecretId, SecretString }));
  },

  async labels() {
    const { VersionIdsToStages = {} } = await client.send(new DescribeSecretCommand({ SecretId }));
    return Object.fromEntries(
      Object.entries(VersionIdsToStages).flatMap(([id, labels]) => labels.map((l) => [l, id])),
    );
  },

  async label(VersionStage, from, to) {
    const move = { RemoveFromVersionId: from, MoveToVersionId: to };
    await client.send(new UpdateSecretVersionStageCommand({ SecretId, VersionStage, ...move }));
  },

  async versionIds() {
    const command = new ListSecretVersionIdsCommand({ SecretId, IncludeDeprecated: true });
    const { Versions = [] } = await client.send(command);
    return Versions.flatMap(({ VersionId }) => VersionId ?? []);
  },
});
