/** @module-tag ci */
import { SSM } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { databaseSecretId } from "../../lab/database-secret.ts";
import { clientConfig } from "../standin/fixtures.ts";
import { disturbances } from "./disturbances.ts";
import { Suspect } from "./suspect.ts";

/** More calls than any mirror makes. */
const endless = 50;

const password = "/app/password";

describe("the function that mirrors leaks nothing", () => {
  let suspect: Suspect;
  let ssm: SSM;
  beforeAll(async () => {
    suspect = await Suspect.open("postgres", "in-place", { mirror: { prefix: "/app/" } });
    ssm = new SSM(clientConfig(suspect.built.world.aws, "operator"));
    await suspect.mirror();
  });
  afterAll(() => suspect?.[Symbol.asyncDispose]());
  /** AWSCURRENT with another password, of which the parameters know nothing yet. */
  beforeEach(() => edit("password of AWSCURRENT"));

  async function edit(name: string): Promise<void> {
    const current = await suspect.built.world.secret();
    await suspect.put({ ...current, password: suspect.newCanary(name) });
  }
  const expectNoLeak = async (what: string) =>
    expect(await suspect.places.search(), what).toEqual([]);
  const byHand = (Value: string) =>
    ssm.putParameter({ Name: password, Value, Type: "SecureString", Overwrite: true });

  it("when nothing fails", async () => {
    for (const _ of ["written", "current"]) expect(await suspect.mirror()).toBe(true);
    await expectNoLeak("a mirror");
    const { Parameter } = await ssm.getParameter({ Name: password, WithDecryption: true });
    expect(Parameter?.Value).toBe((await suspect.built.world.secret()).password);
  });

  const ofAws = Object.entries(disturbances).filter(([what]) => what.startsWith("AWS"));
  it.each(ofAws)("when %s, whichever it is", async (what, disturb) => {
    const before = suspect.failures;
    for (let at = 1; at < endless; at += 1) {
      // So that each time as many earlier versions have to be looked at.
      await suspect.mirror();
      await edit(`${what} ${at}`);
      using disturbance = disturb(suspect.built, at);
      const succeeded = await suspect.mirror();
      await expectNoLeak(`${what}: ${at}`);
      if (disturbance.hit || !succeeded) continue;
      if (what !== "AWS's reply is lost") expect(suspect.failures - before).toBeGreaterThan(3);
      return;
    }
    expect.unreachable("The disturbance never came to the end of a mirror.");
  });

  it("when a parameter was changed by hand", async () => {
    await byHand(suspect.newCanary("put by hand"));
    expect(await suspect.mirror()).toBe(true);
    await expectNoLeak("drift");
    await byHand((await suspect.built.world.secret()).password);
  });

  it("when a parameter is not a SecureString", async () => {
    await ssm.deleteParameter({ Name: password });
    const Value = suspect.newCanary("in the open");
    await ssm.putParameter({ Name: password, Value, Type: "String" });
    expect(await suspect.mirror()).toBe(false);
    await expectNoLeak("String");
    await ssm.deleteParameter({ Name: password });
  });

  it.each([
    ["has two fields of one name", { PASS_WORD: "x", "pass-word": "y" }],
    ["has a field whose name no parameter takes", { "pass word": "x" }],
    ["has a value that is too long", { long: "x".repeat(8193) }],
  ])("when AWSCURRENT %s", async (what, more) => {
    const current = await suspect.built.world.secret();
    const canary = { note: suspect.newCanary(what) };
    await suspect.put({ ...current, ...more, ...canary });
    expect(await suspect.mirror()).toBe(false);
    await expectNoLeak(what);
    await suspect.put(current);
  });

  it("when AWSCURRENT is no JSON, or the request none of ours", async () => {
    const current = await suspect.built.world.secret();
    await suspect.put(`{ "password": "${suspect.newCanary("broken").slice(1)}`);
    expect(await suspect.mirror()).toBe(false);
    await suspect.put(current);
    const canary = suspect.newCanary("in a request");
    for (const event of [
      {},
      { secret: databaseSecretId, version: { canary } },
      { secret: [canary] },
    ])
      expect(await suspect.invoke(event, suspect.functions.mirror)).toBe(false);
    await expectNoLeak("bad input");
  });
});
