import { randomBytes } from "node:crypto";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { accepts } from "../../../../lib/rotators/login/engine.ts";
import { postgres } from "../../../../lib/rotators/postgres/postgres.ts";
import { scramVerifier } from "../../../../lib/rotators/postgres/scram.ts";
import { Secret } from "../../../../lib/secret/secret.ts";
import { anyTime, sessionOf } from "../../../contracts/engine.ts";
import { openPostgresFixture, type PostgresFixture } from "./fixture.ts";

let fixture: PostgresFixture;
beforeAll(async () => {
  fixture = await openPostgresFixture(inject("postgres"));
});
afterAll(() => fixture?.[Symbol.asyncDispose]());

describe("a verifier", () => {
  it("has the form that PostgreSQL stores; any other would be taken for a password", async () => {
    expect((await scramVerifier(new Secret("x"))).reveal()).toMatch(
      /^SCRAM-SHA-256\$4096:[A-Za-z0-9+/]{22}==\$[A-Za-z0-9+/]{43}=:[A-Za-z0-9+/]{43}=$/,
    );
  });

  it("has a salt of its own each time", async () => {
    const [one, other] = [
      await scramVerifier(new Secret("x")),
      await scramVerifier(new Secret("x")),
    ];
    expect(one).not.toEqual(other);
  });

  it.each([
    ["a decomposed umlaut", "Zu\u0308rich"],
    ["a precomposed umlaut", "Z\u00fcrich"],
    ["compatible forms", "\u00aa\u2460\ufb01"],
    ["another space", "a\u00a0b\u3000c"],
    ["characters that SASLprep drops", "a\u00adb\u200bc\ufe0fd"],
    ["characters that SASLprep forbids", "\u0007x\u{e0001}"],
    ["an emoji", "🔑"],
    ["ASCII of 1,100 characters", randomBytes(550).toString("hex")],
  ])("of a password with %s lets in whom the server's own would", async (_, text) => {
    const password = new Secret(text);
    const [ours, theirs] = [await fixture.newUser(), await fixture.newUser()];
    await using session = await sessionOf(postgres, ours);
    await session.setPassword(ours.username, password, anyTime());
    const clear = pg.escapeLiteral(text);
    await fixture.query(`ALTER ROLE ${theirs.username} PASSWORD ${clear}`);
    expect(await accepts(postgres, { ...theirs, password }, anyTime())).toBe(true);
    expect(await accepts(postgres, { ...ours, password }, anyTime())).toBe(true);
  });
});
