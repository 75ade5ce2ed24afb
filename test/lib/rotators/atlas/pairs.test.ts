import { afterAll, describe } from "vitest";
import { atlasTraits } from "../../../../lib/rotators/atlas/traits.ts";
import { hostileTexts } from "../../../contracts/engine.ts";
import { pairContract } from "../../../contracts/pair.ts";
import { openAtlasFixture } from "./fixture.ts";

const fixture = await openAtlasFixture();
afterAll(() => fixture[Symbol.asyncDispose]());

describe("pairs of database users of Atlas (played)", () => {
  pairContract(fixture.engine, atlasTraits, () => fixture, hostileTexts, { seesSessions: false });
});
