/** The built functions rotate a key of a provider that is played on loopback, as they would on AWS. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  RotateSecretCommand,
} from "@aws-sdk/client-secrets-manager";
import { expect, it, vi } from "vitest";
import { parse, stringify } from "yaml";
import { builtFunctions } from "../../../lab/built-functions.ts";
import { clientOf, createTopic } from "../../../lab/clients.ts";
import { environmentOf } from "../../../lab/providers/internet.ts";
import { resend } from "../../../lab/providers/played/resend.ts";
import { playProviders } from "../../../lab/providers/server.ts";
import { startAws } from "../../../standin/aws.ts";
import { runProgramIn } from "../../run-program.ts";

const secret = "production/api-keys/resend";

/** Resend's preset, without its waits. */
function quickPreset(): string {
  const preset = parse(readFileSync("lib/rotators/http/presets/resend.yml", "utf8"));
  const { probe, quiet: _, ...rest } = preset;
  const dead = { within: "0s", times: 1, every: "0s" };
  const alive = { within: "10s", times: 1 };
  return stringify({ ...rest, limits: { perSecond: 50 }, probe: { ...probe, alive, dead } });
}

it("creates, proves, promotes, deletes, and proves that the old key is refused", {
  timeout: 60_000,
}, async () => {
  await using stack = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), "quarterturn-played-"));
  stack.defer(() => rmSync(folder, { recursive: true }));
  const providers = stack.use(await playProviders([resend]));
  const aws = stack.use(await startAws());
  const client = clientOf(aws, "operator");
  stack.defer(() => client.destroy());
  const double = providers.renew("resend");
  const old = double.handOut("by hand", { permission: "sending_access" });

  mkdirSync(join(folder, "providers"));
  writeFileSync(join(folder, "providers/quick.yml"), quickPreset());
  writeFileSync(join(folder, "ca.pem"), providers.ca);
  const key = { type: "./providers/quick.yml", permission: "sending_access", adopt: true };
  const entry = { ...key, admin: `${secret}-admin`, consumers: "complete" };
  writeFileSync(join(folder, "rotation.yml"), JSON.stringify({ secrets: { [secret]: entry } }));
  const bundles = await builtFunctions(join(folder, "functions"), join(folder, "rotation.yml"));
  const environment = {
    ALERT_TOPIC_ARN: await createTopic(aws),
    ENVIRONMENT: "production",
    PROBLEMS_PATH: "/quarterturn/played/problems",
    ...environmentOf({ hosts: resend.hosts, port: providers.port }),
    NODE_EXTRA_CA_CERTS: join(folder, "ca.pem"),
  };
  const [rotate = "", retire = ""] = ["rotate-api-key", "retire-api-key"].map((name) =>
    aws.functions.register({ name, bundle: bundles[name] ?? "", environment, startsCold: false }),
  );

  const create = (Name: string, value: object) =>
    client.send(new CreateSecretCommand({ Name, SecretString: JSON.stringify(value) }));
  await create(`${secret}-admin`, double.adminSecret);
  await create(secret, { api_key: old.values["secret"], api_key_id: old.id });
  const own = { PATH: process.env["PATH"], ...aws.env("operator"), ...environment };
  const manifest = ["--file", join(folder, "rotation.yml")];
  const validated = await runProgramIn(own, "cli/validate.ts", "--live", "--json", ...manifest);
  const { findings } = JSON.parse(validated.stdout);
  const ofKey: { code: string; what: string }[] = findings.filter(
    (finding: { code: string; secret?: string }) => finding.secret === secret,
  );
  expect(ofKey.map(({ code }) => code)).toEqual(["KEYS_COUNTED", "CONSUMERS"]);
  expect(ofKey[0]?.what).toContain("Resend has 1 key; Quarterturn did not create 1 of them");
  expect(validated.stdout + validated.stderr).not.toContain(old.values["secret"]);

  await client.send(new RotateSecretCommand({ SecretId: secret, RotationLambdaARN: rotate }));
  const labels = async () =>
    (await client.send(new DescribeSecretCommand({ SecretId: secret }))).VersionIdsToStages ?? {};
  const holder = async (label: string) =>
    Object.entries(await labels()).find(([, all]) => all.includes(label))?.[0];
  await vi.waitFor(async () => expect(await holder("RETIRING")).toBeDefined(), 30_000);
  await vi.waitFor(
    async () => expect(await holder("AWSCURRENT")).not.toBe(await holder("RETIRING")),
    10_000,
  );

  const { SecretString = "" } = await client.send(new GetSecretValueCommand({ SecretId: secret }));
  const { api_key, api_key_id } = JSON.parse(SecretString);
  const created = double.keys.all.find(({ id }) => id === api_key_id);
  expect(created).toMatchObject({
    values: { secret: api_key },
    attributes: { permission: "sending_access" },
  });
  expect(created?.name).toMatch(/^qt-resend-/);
  expect(double.keys.all.map(({ id }) => id)).toContain(old.id);

  const request = { action: "retireUnused", secret, version: await holder("RETIRING") };
  const { payload } = await aws.functions.invoke(retire, request);
  expect(payload).toMatchObject({ outcome: "done", accepted: false });
  expect(double.keys.all.map(({ id }) => id)).toEqual([api_key_id]);
  expect(double.seen.filter(({ mistake }) => mistake !== undefined)).toEqual([]);
});
