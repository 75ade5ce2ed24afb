import { afterAll, beforeAll, describe } from "vitest";
import { whatIsMissing } from "../../../../lab/mysql/binaries.ts";
import { mysql } from "../../../../lib/rotators/mysql/mysql.ts";
import { mysqlTraits } from "../../../../lib/rotators/mysql/traits.ts";
import { engineContract, hostileTexts } from "../../../contracts/engine.ts";
import { secondPasswordContract } from "../../../contracts/second-password.ts";
import { describeNeeding } from "../../../needing.ts";
import { type MysqlFixture, openMysqlFixture } from "./fixture.ts";

/** The server keeps names as utf8mb3, at most 32 characters of them, and no spaces at their beginning. */
const names = hostileTexts.flatMap(([what, text]): [string, string][] =>
  /[\u{10000}-\u{10ffff}]/u.test(text) ? [] : [[what, text.trimStart().slice(0, 24)]],
);

describeNeeding(whatIsMissing(), "on a real server", {}, () => {
  let fixture: MysqlFixture;
  beforeAll(async () => {
    fixture = await openMysqlFixture();
  });
  afterAll(() => fixture?.[Symbol.asyncDispose]());
  const shared = async (): Promise<MysqlFixture> => ({
    ...fixture,
    async [Symbol.asyncDispose]() {},
  });

  describe("one password", () => engineContract("MySQL", mysql, mysqlTraits, shared, names));

  describe("two passwords", () =>
    secondPasswordContract("MySQL", mysql, () => fixture, {
      byUser: true,
      missing: /GRANT (APPLICATION_PASSWORD_ADMIN|CREATE USER) ON \*\.\* TO `user_/,
      tells: ["administrator"],
      ends: ["user"],
    }));
});
