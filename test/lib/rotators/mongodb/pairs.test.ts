import { afterAll, beforeAll, describe, it } from "vitest";
import { mongodb } from "../../../../lib/rotators/mongodb/mongodb.ts";
import { mongodbTraits } from "../../../../lib/rotators/mongodb/traits.ts";
import { hostileTexts } from "../../../contracts/engine.ts";
import { pairContract } from "../../../contracts/pair.ts";
import { type ContractFixture, openMongodbFixture } from "./fixture.ts";
import { openServerFixture, serverUrl, whyNoServer } from "./server-fixture.ts";

function contract(open: () => Promise<ContractFixture>): void {
  let fixture: ContractFixture;
  beforeAll(async () => {
    fixture = await open();
  });
  afterAll(() => fixture?.[Symbol.asyncDispose]());
  pairContract(mongodb, mongodbTraits, () => fixture, hostileTexts, { endingKeepsLogin: false });
}

describe("pairs of users of MongoDB (a double)", () => contract(openMongodbFixture));

describe("pairs of users on a server", () => {
  if (serverUrl) contract(openServerFixture);
  else it("is run where there is one", ({ skip }) => skip(whyNoServer));
});
