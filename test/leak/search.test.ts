import { randomBytes } from "node:crypto";
import { ListSecretVersionIdsCommand, TagResourceCommand } from "@aws-sdk/client-secrets-manager";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clientOf } from "../../lab/clients.ts";
import { databaseSecretId } from "../../lab/database-secret.ts";
import { type PostgresServer, startPostgres } from "../../lab/postgres/server.ts";
import { startWorld, type World } from "../../lab/world.ts";
import { temporaryBundle } from "../standin/fixtures.ts";
import { Canaries, formsOf } from "./canaries.ts";
import { observing } from "./observing.ts";
import { type Place, Places, places } from "./places.ts";

/** Leaks what it is given, in the way that it is told. */
const leaky = `
export async function handler({ how, value }) {
  if (how === "output") console.error("password=" + value);
  if (how === "metrics") console.log(JSON.stringify({ _aws: {}, password: value }));
  if (how === "answer") return { password: value };
  if (how === "error") throw Object.assign(new Error("x"), { sql: value });
}`;

let server: PostgresServer;
let world: World;
let parts: AsyncDisposableStack;
let deploy: (environment?: Record<string, string>) => string;
beforeAll(async () => {
  parts = new AsyncDisposableStack();
  server = parts.use(await startPostgres({ settings: { log_statement: "all" } }));
  world = parts.use(await startWorld({ server, strategy: "in-place" }));
  const inner = parts.use(await temporaryBundle(leaky));
  const { path: bundle } = parts.use(await temporaryBundle(observing(inner.path)));
  let count = 0;
  deploy = (environment = {}) => {
    count += 1;
    return world.aws.functions.register({ name: `leaky-${count}`, bundle, environment });
  };
});
afterAll(() => parts.disposeAsync());

const invoke = (how: string, value: string) => world.aws.functions.invoke(deploy(), { how, value });

/** How a value gets to a place for real. */
const plant: Record<Place, (value: string, at: Places) => unknown> = {
  error: (value) => invoke("error", value),
  answer: (value) => invoke("answer", value),
  output: (value) => invoke("output", value),
  metrics: (value) => invoke("metrics", value),
  process: (LEAK) => world.aws.functions.invoke(deploy({ LEAK }), {}),
  async alerts(value) {
    const { endpoint, region, accountId, env } = world.aws;
    const { AWS_ACCESS_KEY_ID = "", AWS_SECRET_ACCESS_KEY = "" } = env("function");
    const credentials = { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY };
    const TopicArn = `arn:aws:sns:${region}:${accountId}:alerts`;
    const MessageAttributes = { reason: { DataType: "String", StringValue: value } };
    const client = new SNSClient({ endpoint, region, credentials });
    await client.send(new PublishCommand({ TopicArn, Message: "x", MessageAttributes }));
    client.destroy();
  },
  tags: (Value) =>
    world.client.send(
      new TagResourceCommand({ SecretId: databaseSecretId, Tags: [{ Key: "reason", Value }] }),
    ),
  async requests(value) {
    const client = clientOf(world.aws, "function");
    await client.send(new ListSecretVersionIdsCommand({ SecretId: value })).catch(() => {});
    client.destroy();
  },
  "server log": (value) => server.query(`SELECT '${value}'`),
  strangers: (value, at) => at.add("strangers", `sent: ${value}`),
};

describe("the search", () => {
  it.each(places)("finds a leak in: %s", async (place) => {
    using watched = new Places(world);
    expect(await watched.search()).toEqual([]);
    const value = randomBytes(16).toString("hex");
    watched.canaries.add("canary", value);
    await plant[place](value, watched);
    expect(await watched.search()).toContain(`${place}: canary (raw)`);
    if (place === "tags") await plant.tags("nothing", watched);
    expect(await watched.search()).toEqual([]);
  });

  const value = fc.string({ minLength: 16, maxLength: 60, unit: "binary" });
  const around = fc.string({ unit: "binary" });

  it("finds every value in every form, wherever it stands", () => {
    fc.assert(
      fc.property(value, around, around, (canary, before, after) => {
        fc.pre(isWellFormed(canary));
        const canaries = new Canaries();
        canaries.add("canary", canary);
        for (const [, text] of formsOf(canary))
          expect(canaries.in(before + text + after)).not.toEqual([]);
      }),
    );
  });

  it("finds it in any base64 of a text that holds it", () => {
    fc.assert(
      fc.property(value, around, around, (canary, before, after) => {
        fc.pre(isWellFormed(canary));
        const canaries = new Canaries();
        canaries.add("canary", canary);
        const text = Buffer.from(before + canary + after).toString("base64");
        expect(canaries.in(text)).not.toEqual([]);
      }),
    );
  });

  it("finds it cut off, and finds nothing else", () => {
    const canaries = new Canaries();
    const [canary, other] = [
      randomBytes(30).toString("base64"),
      randomBytes(30).toString("base64"),
    ];
    canaries.add("canary", canary);
    expect(canaries.in(`near "${canary.slice(0, 16)}`)).not.toEqual([]);
    expect(canaries.in(`near "${other}"`)).toEqual([]);
  });
});

function isWellFormed(text: string): boolean {
  return Buffer.from(text).toString() === text;
}
