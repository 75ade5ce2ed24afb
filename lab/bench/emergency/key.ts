import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateSecretCommand } from "@aws-sdk/client-secrets-manager";
import { startAws } from "../../../standin/aws.ts";
import { clientOf, createTopic } from "../../clients.ts";
import { deploy } from "../../deploy.ts";
import { environmentOf } from "../../providers/internet.ts";
import { resend } from "../../providers/played/resend.ts";
import { quickPreset } from "../../providers/quick-preset.ts";
import { playProviders } from "../../providers/server.ts";
import { connectSettlement } from "../../settlement.ts";
import { until } from "./database.ts";

const secret = "production/api-keys/resend";

/** @returns from the command until the provider refuses the key that leaked, in milliseconds */
export async function measureLeakedKey(): Promise<number> {
  await using parts = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), "quarterturn-"));
  parts.defer(() => rmSync(folder, { recursive: true }));
  const providers = parts.use(await playProviders([resend]));
  const aws = parts.use(await startAws());
  const client = clientOf(aws, "operator");
  parts.defer(() => client.destroy());
  const double = providers.renew("resend");
  const old = double.handOut("by hand", { permission: "sending_access" });
  mkdirSync(join(folder, "providers"));
  writeFileSync(join(folder, "providers/quick.yml"), quickPreset("resend"));
  const key = { type: "./providers/quick.yml", permission: "sending_access", adopt: true };
  const entry = { ...key, admin: `${secret}-admin`, consumers: "complete" };
  const deployed = await deploy(aws, {
    folder,
    manifest: { secrets: { [secret]: entry } },
    ca: providers.ca,
    topicArn: await createTopic(aws),
    env: {
      ...environmentOf({ hosts: resend.hosts, port: providers.port }),
      NODE_EXTRA_CA_CERTS: join(folder, "ca.pem"),
    },
  });
  await connectSettlement(aws, deployed.settle, { delaySeconds: 15, visibilitySeconds: 30 });
  const create = (Name: string, value: object) =>
    client.send(new CreateSecretCommand({ Name, SecretString: JSON.stringify(value) }));
  await create(`${secret}-admin`, double.adminSecret);
  await create(secret, { api_key: old.values["secret"], api_key_id: old.id });
  const start = performance.now();
  const event = { action: "leaked", secrets: [secret], reason: "bench" };
  const { error } = await aws.functions.invoke(deployed.emergency, event);
  if (error) throw new Error(`${error.errorType}: ${error.errorMessage}`);
  await until(async () => double.keys.all.every(({ id }) => id !== old.id), 10);
  return Math.round(performance.now() - start);
}
