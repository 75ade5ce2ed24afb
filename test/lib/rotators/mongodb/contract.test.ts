import { describe, it } from "vitest";
import { mongodb } from "../../../../lib/rotators/mongodb/mongodb.ts";
import { mongodbTraits } from "../../../../lib/rotators/mongodb/traits.ts";
import { engineContract, hostileTexts } from "../../../contracts/engine.ts";
import { asEngineFixture, type ContractFixture, openMongodbFixture, passwords } from "./fixture.ts";
import { openServerFixture, serverUrl, whyNoServer } from "./server-fixture.ts";

const contract = (name: string, open: () => Promise<ContractFixture>) => {
  const fixture = async () => asEngineFixture(await open());
  engineContract(name, mongodb, mongodbTraits, fixture, hostileTexts, passwords);
};

contract("MongoDB (a double)", openMongodbFixture);

describe("on a server", () => {
  if (serverUrl) contract("MongoDB", openServerFixture);
  else it("is run where there is one", ({ skip }) => skip(whyNoServer));
});
