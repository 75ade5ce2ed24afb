import { whatIsMissing } from "../../../../lab/mariadb/binaries.ts";
import { mariadb } from "../../../../lib/rotators/mariadb/mariadb.ts";
import { mariadbTraits } from "../../../../lib/rotators/mariadb/traits.ts";
import { engineContract } from "../../../contracts/engine.ts";
import { describeNeeding } from "../../../needing.ts";
import { openMariadbFixture } from "./fixture.ts";
import { names } from "./names.ts";

describeNeeding(whatIsMissing(), "on a real server", {}, () =>
  engineContract("MariaDB", mariadb, mariadbTraits, openMariadbFixture, names),
);
