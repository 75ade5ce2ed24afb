import { describe, expect, it } from "vitest";
import { decide } from "../../../lib/rotation/decide.ts";
import { type Step, steps } from "../../../lib/rotation/event.ts";
import { holderOf } from "../../../lib/secret/labels.ts";
import type { SecretState } from "../../../lib/secret/store.ts";

const token = "new-version-0000000000000000000000000";
const arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:app-AbCdEf";

function stateOf(
  versions: Record<string, readonly string[]>,
  more: Partial<SecretState> = {},
): SecretState {
  return {
    arn,
    name: "app",
    rotationEnabled: true,
    versions: new Map(Object.entries(versions)),
    tags: new Map(),
    ...more,
  };
}

/** `run`, `alreadyCurrent`, or the code of the refusal. */
function outcome(step: Step, secret: SecretState): string {
  const decision = decide({ step, secretId: arn, token }, secret);
  return decision.kind === "refuse" ? decision.error.code : decision.kind;
}
const onEachStep = (secret: SecretState) => steps.map((step) => outcome(step, secret));
const always = (expected: string) => steps.map(() => expected);

const pending = { old: ["AWSCURRENT"], [token]: ["AWSPENDING"] };

describe("the token's version decides", () => {
  it.each<[string, Record<string, readonly string[]>, string]>([
    ["absent or without a label", { old: ["AWSCURRENT"] }, "TOKEN_UNKNOWN"],
    ["listed without a label", { old: ["AWSCURRENT"], [token]: [] }, "TOKEN_NOT_PENDING"],
    ["AWSPREVIOUS", { now: ["AWSCURRENT"], [token]: ["AWSPREVIOUS"] }, "TOKEN_NOT_PENDING"],
    ["RETIRING", { now: ["AWSCURRENT"], [token]: ["RETIRING"] }, "TOKEN_NOT_PENDING"],
    [
      "pending under another case",
      { old: ["AWSCURRENT"], [token]: ["awspending"] },
      "TOKEN_NOT_PENDING",
    ],
    ["AWSCURRENT", { [token]: ["AWSCURRENT"], old: ["AWSPREVIOUS"] }, "alreadyCurrent"],
    ["AWSCURRENT and AWSPENDING", { [token]: ["AWSCURRENT", "AWSPENDING"] }, "alreadyCurrent"],
    ["AWSPENDING", pending, "run"],
    ["AWSPENDING and more", { old: ["AWSCURRENT"], [token]: ["X", "AWSPENDING"] }, "run"],
    [
      "AWSPENDING of a secret without AWSCURRENT",
      { [token]: ["AWSPENDING"] },
      "NO_CURRENT_VERSION",
    ],
  ])("%s", (_, versions, expected) => {
    expect(onEachStep(stateOf(versions))).toEqual(always(expected));
  });

  it("and AWSCURRENT is where the rotation starts", () => {
    const secret = stateOf({ a: ["AWSPREVIOUS"], ...pending });
    expect(decide({ step: "setSecret", secretId: arn, token }, secret)).toEqual({
      kind: "run",
      currentId: "old",
      prepared: false,
    });
  });
});

describe("PREPARED", () => {
  it.each([
    ["on the pending version tells that createSecret made it", ["AWSPENDING", "PREPARED"], true],
    ["elsewhere tells nothing", ["AWSPENDING"], false],
  ])("%s", (_, labels, prepared) => {
    const secret = stateOf({ old: ["AWSCURRENT"], before: ["PREPARED"], [token]: labels });
    expect(decide({ step: "testSecret", secretId: arn, token }, secret)).toMatchObject({
      prepared,
    });
  });
});

describe("the version that a rotation started from", () => {
  const labels = ["AWSPENDING", "PREPARED", "FROM-old"];
  it.each<[string, Record<string, readonly string[]>, string]>([
    ["is AWSCURRENT still", { old: ["AWSCURRENT"], [token]: labels }, "run"],
    [
      "is AWSPREVIOUS by now",
      { edited: ["AWSCURRENT"], old: ["AWSPREVIOUS"], [token]: labels },
      "SECRET_CHANGED",
    ],
    ["has lost its labels", { older: ["AWSCURRENT"], [token]: labels }, "SECRET_CHANGED"],
    [
      "does not matter once its successor is AWSCURRENT",
      { old: ["AWSPREVIOUS"], [token]: ["AWSCURRENT", "FROM-old"] },
      "alreadyCurrent",
    ],
  ])("%s", (_, versions, expected) => {
    expect(onEachStep(stateOf(versions))).toEqual(always(expected));
  });
});

describe("RotationEnabled", () => {
  it.each<[string, boolean | undefined, string[]]>([
    ["true lets every step run", true, always("run")],
    ["false lets none", false, always("ROTATION_NOT_ENABLED")],
    [
      "missing or null lets a lone testSecret run, which changes nothing",
      undefined,
      ["ROTATION_NOT_ENABLED", "ROTATION_NOT_ENABLED", "run", "ROTATION_NOT_ENABLED"],
    ],
  ])("%s", (_, rotationEnabled, expected) => {
    expect(onEachStep(stateOf(pending, { rotationEnabled }))).toEqual(expected);
  });

  it("false refuses a token that is AWSCURRENT, too", () => {
    const secret = stateOf({ [token]: ["AWSCURRENT"] }, { rotationEnabled: false });
    expect(onEachStep(secret)).toEqual(always("ROTATION_NOT_ENABLED"));
  });
});

describe("a secret that AWS rotates itself", () => {
  it("is refused, whatever else is true of it", () => {
    const secret = stateOf(pending, { owningService: "rds", rotationEnabled: false });
    expect(onEachStep(secret)).toEqual(always("MANAGED_BY_AWS"));
    expect(decide({ step: "setSecret", secretId: arn, token }, secret)).toHaveProperty(
      "error.message",
      expect.stringContaining("belongs to rds"),
    );
  });

  it("is refused where a partner's service rotates it", () => {
    const secret = stateOf(pending, { externalType: "SalesforceClientSecret" });
    expect(onEachStep(secret)).toEqual(always("MANAGED_BY_AWS"));
  });
});

it("a leaked-mode rotation does not wait until an earlier one is settled (A11)", () => {
  const leaked = "leaked-7d3c1f0e-0000-4000-8000-000000000000";
  const versions = {
    old: ["AWSCURRENT"],
    [leaked]: ["AWSPENDING"],
    before: ["AWSPREVIOUS", "RETIRING"],
    earlier: ["RETIRING-earlier"],
  };
  for (const step of ["createSecret", "setSecret", "testSecret", "finishSecret"] as const)
    expect(decide({ secretId: "app", token: leaked, step }, stateOf(versions))).toMatchObject({
      kind: "run",
    });
});

describe("RETIRING", () => {
  const unsettled = ["UNSETTLED", "UNSETTLED", "run", "UNSETTLED"];
  it.each<[string, Record<string, readonly string[]>, string[]]>([
    [
      "on another version stops all but testSecret",
      { ...pending, before: ["RETIRING", "AWSPREVIOUS"] },
      unsettled,
    ],
    [
      "on a version that lost its other labels, too",
      { ...pending, before: ["RETIRING"] },
      unsettled,
    ],
    [
      "on the pending version itself lets the step run: it was AWSCURRENT, and was moved back by hand",
      { old: ["AWSCURRENT"], [token]: ["AWSPENDING", "RETIRING"] },
      always("run"),
    ],
    [
      "taken off by hand stops them, too: AWSCURRENT still names the version that it came from (N3)",
      { ...pending, old: ["AWSCURRENT", "FROM-before"] },
      unsettled,
    ],
    [
      "never attached stops them, too: a version that was AWSCURRENT is neither that nor AWSPENDING any more",
      { ...pending, back: ["AWSPREVIOUS", "PREPARED", "FROM-old"] },
      unsettled,
    ],
    [
      "is not waited for where AWSCURRENT was edited by hand after settlement",
      { ...pending, before: ["AWSPREVIOUS", "PREPARED"] },
      always("run"),
    ],
    [
      "is not waited for where a rotation was given up",
      { ...pending, abandoned: ["PREPARED", "FROM-old"] },
      always("run"),
    ],
    [
      "on AWSCURRENT lets the step run: finishSecret was killed behind it",
      { old: ["AWSCURRENT", "RETIRING"], [token]: ["AWSPENDING"] },
      always("run"),
    ],
    [
      "does not matter when the promotion has taken place",
      { [token]: ["AWSCURRENT"], old: ["AWSPREVIOUS", "RETIRING"] },
      always("alreadyCurrent"),
    ],
  ])("%s", (_, versions, expected) => {
    expect(onEachStep(stateOf(versions))).toEqual(expected);
  });

  it("is named with its version, and the refusal is worth another attempt", () => {
    const decision = decide(
      { step: "createSecret", secretId: arn, token },
      stateOf({ ...pending, before: ["RETIRING"] }),
    );
    expect(decision).toHaveProperty("error.retryable", true);
    expect(decision).toHaveProperty(
      "error.message",
      expect.stringContaining("version before is still"),
    );
  });
});

describe("the holder of a label", () => {
  it("is one version or none", () => {
    const secret = stateOf({ a: ["AWSCURRENT", "RETIRING"], b: ["AWSPENDING"] });
    expect([holderOf(secret, "RETIRING"), holderOf(secret, "AWSPENDING")]).toEqual(["a", "b"]);
    expect(holderOf(secret, "AWSPREVIOUS")).toBeUndefined();
  });
});
