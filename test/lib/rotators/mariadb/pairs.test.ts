import { afterAll, beforeAll } from "vitest";
import { whatIsMissing } from "../../../../lab/mariadb/binaries.ts";
import { mariadb } from "../../../../lib/rotators/mariadb/mariadb.ts";
import { mariadbTraits } from "../../../../lib/rotators/mariadb/traits.ts";
import { pairContract } from "../../../contracts/pair.ts";
import { describeNeeding } from "../../../needing.ts";
import { names } from "./names.ts";
import { accountTests } from "./pairs/accounts.ts";
import { type MariadbPairFixture, openPairFixture } from "./pairs/fixture.ts";
import { rightsTests } from "./pairs/rights.ts";

describeNeeding(whatIsMissing(), "pairs of users of MariaDB", {}, () => {
  let fixture: MariadbPairFixture;
  beforeAll(async () => {
    fixture = await openPairFixture();
  });
  afterAll(() => fixture?.[Symbol.asyncDispose]());

  pairContract(mariadb, mariadbTraits, () => fixture, names);
  rightsTests(() => fixture);
  accountTests(() => fixture);
});
