import { afterAll, beforeAll } from "vitest";
import { whatIsMissing } from "../../../../lab/mysql/binaries.ts";
import { mysql } from "../../../../lib/rotators/mysql/mysql.ts";
import { mysqlTraits } from "../../../../lib/rotators/mysql/traits.ts";
import { pairContract } from "../../../contracts/pair.ts";
import { describeNeeding } from "../../../needing.ts";
import { pairNames } from "./names.ts";
import { accountTests } from "./pairs/accounts.ts";
import { type MysqlPairFixture, openPairFixture } from "./pairs/fixture.ts";
import { rightsTests } from "./pairs/rights.ts";

describeNeeding(whatIsMissing(), "pairs of users of MySQL", {}, () => {
  let fixture: MysqlPairFixture;
  beforeAll(async () => {
    fixture = await openPairFixture();
  });
  afterAll(() => fixture?.[Symbol.asyncDispose]());

  pairContract(mysql, mysqlTraits, () => fixture, pairNames);
  rightsTests(() => fixture);
  accountTests(() => fixture);
});
