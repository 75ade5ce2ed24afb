import { describe, expect, it } from "vitest";
import { ToyAccount } from "./toy-account.ts";

const request = { action: "rotate" };

const account = () => new ToyAccount({ old: ["AWSCURRENT"] }, ["old"]);

describe("an emergency that is done and asked for again", () => {
  it("tells that it is over, where nobody could be told before", async () => {
    const silent = account();
    silent.isSilent = true;
    await expect(silent.ask(request)).rejects.toThrow("sns:Publish");
    silent.isSilent = false;
    expect(silent.heard).toEqual(["begun EMERGENCY"]);
    await silent.ask({ ...request, dryRun: true });
    expect(silent.heard).toEqual(["begun EMERGENCY"]);
    await silent.ask(request);
    expect(silent.heard).toEqual(["begun EMERGENCY", "over EMERGENCY"]);
  });

  it("tells nothing where on-call knows", async () => {
    const told = account();
    await told.ask(request);
    await told.ask(request);
    expect(told.heard).toEqual(["begun EMERGENCY", "over EMERGENCY"]);
  });
});
