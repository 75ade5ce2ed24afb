import { afterAll, beforeAll, describe } from "vitest";
import { whatIsMissing } from "../../../../lab/mysql/binaries.ts";
import { mysql } from "../../../../lib/rotators/mysql/mysql.ts";
import { mysqlTraits } from "../../../../lib/rotators/mysql/traits.ts";
import { engineContract } from "../../../contracts/engine.ts";
import { secondPasswordContract } from "../../../contracts/second-password.ts";
import { describeNeeding } from "../../../needing.ts";
import { type MysqlFixture, openMysqlFixture } from "./fixture.ts";
import { userNames } from "./names.ts";

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

  describe("one password", () => engineContract("MySQL", mysql, mysqlTraits, shared, userNames));

  describe("two passwords", () =>
    secondPasswordContract("MySQL", mysql, () => fixture, {
      byUser: true,
      missing: /GRANT (APPLICATION_PASSWORD_ADMIN|CREATE USER) ON \*\.\* TO `user_/,
      tells: ["administrator"],
      ends: ["user"],
    }));
});
