import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { databaseSecretId } from "../../lab/database-secret.ts";
import { type PostgresServer, startPostgres } from "../../lab/postgres/server.ts";
import { startWorld, type World } from "../../lab/world.ts";
import { emergencyTag, noteOf } from "../../lib/emergency/note.ts";
import { everything, sampled } from "../everything.ts";
import { awsDisturbances } from "./disturbances.ts";
import { Places } from "./places.ts";

vi.setConfig({ testTimeout: 300_000 });

/** More calls than any emergency makes. */
const endless = 200;

describe("an emergency leaks nothing", () => {
  const parts = new AsyncDisposableStack();
  let server: PostgresServer;
  let world: World;
  let places: Places;
  beforeAll(async () => {
    server = parts.use(await startPostgres({ logsStatements: true }));
    world = await startWorld({
      server,
      strategy: "alternating-users",
      name: "leak",
      timing: { attempts: 3, retryDelayMs: 1 },
      lambda: { asyncRetryDelaysMs: [10, 20] },
    });
    parts.use(world);
    places = parts.use(new Places(world));
    places.canaries.add("first password", (await world.secret()).password);
  });
  afterAll(() => parts[Symbol.asyncDispose]());

  const ask = (request: object, id = randomUUID()) =>
    world.aws.functions.invoke(world.emergencyArn, {
      ...{ id, reason: "INC-1", secrets: [databaseSecretId] },
      ...request,
    });
  const tags = () => {
    const secret = world.aws.secrets().find(({ name }) => name === databaseSecretId);
    return new Map(secret?.tags.map(({ Key, Value }) => [Key, Value] as const));
  };
  /** Settlement's ticks come meanwhile. */
  const ended = async (id: string) => {
    for (let looks = 0; looks < 40; looks += 1) {
      const note = noteOf({ tags: tags() });
      if (note?.state === "done" && note.ids.includes(id)) return world.aws.idle();
      await new Promise((resolve) => setTimeout(resolve, 300));
      await world.aws.functions.invoke(world.settleArn, { Records: [] });
    }
    throw new Error("The emergency does not come to its end.");
  };

  it("when nothing fails: its answers, its log, its events, its tag and its alerts", async () => {
    const { AWSCURRENT: leaked = "" } = await world.labels();
    const known = places.canaries.size;
    const id = randomUUID();
    await ask({ action: "leaked", dryRun: true }, id);
    await ask({ action: "leaked" }, id);
    await ended(id);
    await ask({ action: "status" }, id);
    expect(await places.search()).toEqual([]);
    expect(await world.versionAccepted(leaked)).toBe(false);
    // The tokens of its steps, and the password of the other user.
    expect(places.canaries.size).toBeGreaterThanOrEqual(known + 2);
    const { AWSCURRENT: version } = await world.labels();
    const time = "\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z";
    expect(tags().get(emergencyTag)).toMatch(new RegExp(`^done \\w+ ${version} ${time} ${id}$`));
    const events = world.aws.calls.filter(({ operation }) => operation === "PutEvents");
    expect(events.length).toBeGreaterThan(0);
    for (const place of ["answer", "output", "alerts", "tags", "requests", "server log"] as const)
      expect(places.searched.get(place), place).toBeGreaterThan(0);
  });

  const stride = everything ? 36 : 150;
  it.each(sampled(Object.entries(awsDisturbances), 3))(
    "when %s, at whichever call",
    async (what, disturb) => {
      for (let at = 1; at < endless; at += stride) {
        const id = randomUUID();
        using disturbance = disturb({ world }, at);
        await ask({ action: at % 2 === 0 ? "leaked" : "rotate" }, id);
        await ended(id).catch(() => ask({ action: "leaked" }, id));
        expect(await places.search(), `${what}: ${at}`).toEqual([]);
        await world.settle();
        if (!disturbance.hit) return;
      }
    },
  );

  it("when the request is none", async () => {
    const password = (await world.secret()).password;
    for (const request of [
      { action: "leaked", version: [password] },
      { action: "rotate", secrets: [{ password }] },
      { action: "rotate", dryRun: password },
      { action: "rotate", tag: { key: password, value: [password] } },
    ])
      await ask(request);
    expect(await places.search()).toEqual([]);
  });
});
