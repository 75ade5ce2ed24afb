import { describe, expect, it } from "vitest";
import { retire } from "../../../lib/retirement/retire.ts";
import type { Credential } from "../../../lib/rotation/credential.ts";
import type { RotationPorts } from "../../../lib/rotation/rotate.ts";
import { Secret } from "../../../lib/secret/secret.ts";
import { contextFor } from "../../context.ts";

type Labels = readonly (readonly [version: string, labels: readonly string[]])[];
const unsettled: Labels = [
  ["new", ["AWSCURRENT"]],
  ["old", ["AWSPREVIOUS", "RETIRING"]],
];

/** The same after a leaked-mode rotation. */
const leaked: Labels = [
  ["leaked-1", ["AWSCURRENT", "FROM-old", "FROM-older"]],
  ["old", ["AWSPREVIOUS", "RETIRING"]],
];

/** A secret whose labels are these at each description, and one credential that writes down when it is ended. */
function scene(...labels: Labels[]) {
  const ended: string[] = [];
  const traits = { oldWorksBeside: true, changesUsername: true, switches: false };
  const credential = {
    traits,
    name: () => "toy",
    holding: () => ({ identity: "toy", value: new Secret("toy") }),
    ends: () => false,
    accepted: async () => false,
    sessions: async () => 0,
    endSessions: async () => 0,
    retire: async () => void ended.push("toy"),
  } as unknown as Credential;
  const describe = async () => {
    const versions = new Map((labels.length > 1 ? labels.shift() : labels[0]) ?? []);
    return { arn: "arn", name: "app", tags: new Map<string, string>(), versions };
  };
  const entry = { credentials: [{ type: "toy", strategy: "toy", traits }], place: "internet" };
  const ports = {
    store: { describe, read: async () => new Secret("{}") },
    manifest: { stage: "production", exempt: [], secrets: { app: entry } },
    credential: async () => credential,
  } as unknown as RotationPorts;
  const run = (action: "retire" | "retireUnused" | "retireLeaked", version = "old") =>
    retire({ action, secret: "app", version }, ports, contextFor());
  return { ended, run };
}

describe("labels are read again right before anything is disabled", () => {
  it.each<[string, Labels, string]>([
    ["AWSCURRENT is back on it", [["old", ["AWSCURRENT", "RETIRING"]]], "NOT_RETIRING"],
    [
      "RETIRING was taken off",
      [
        ["new", ["AWSCURRENT"]],
        ["old", ["AWSPREVIOUS"]],
      ],
      "NOT_RETIRING",
    ],
    [
      "AWSCURRENT is another one",
      [
        ["hand", ["AWSCURRENT"]],
        ["old", ["RETIRING"]],
      ],
      "LABELS_CHANGED",
    ],
    ["AWSPENDING was staged", [...unsettled, ["next", ["AWSPENDING"]]], "LABELS_CHANGED"],
  ])("%s", async (_, then, code) => {
    for (const action of ["retire", "retireUnused", "retireLeaked"] as const) {
      const { ended, run } = scene(action === "retireLeaked" ? leaked : unsettled, then);
      await expect(run(action)).rejects.toMatchObject({ code });
      expect(ended).toEqual([]);
    }
  });

  it("and it is, when they are as they were", async () => {
    const { ended, run } = scene(unsettled);
    expect(await run("retireUnused")).toMatchObject({ accepted: false });
    expect(ended).toEqual(["toy"]);
  });

  it("a version with a label of its own is retired, too, but not by another one's", async () => {
    const versions: Labels = [...leaked, ["older", ["RETIRING-older"]], ["x", ["RETIRING-y"]]];
    const { ended, run } = scene(versions);
    expect(await run("retireLeaked", "older")).toMatchObject({ accepted: false, ended: 0 });
    await expect(run("retireLeaked", "x")).rejects.toMatchObject({ code: "NOT_RETIRING" });
    expect(ended).toEqual(["toy"]);
  });

  it("and what no leaked-mode rotation replaced is not ended as leaked, whoever asks for it", async () => {
    const { ended, run } = scene(unsettled);
    await expect(run("retireLeaked")).rejects.toMatchObject({ code: "NOT_LEAKED" });
    const [[id = "", labels = []] = [], ...others] = leaked;
    const unnamed = scene(leaked, [
      [id, labels.filter((label) => label !== "FROM-old")],
      ...others,
    ]);
    await expect(unnamed.run("retireLeaked")).rejects.toMatchObject({ code: "LABELS_CHANGED" });
    expect([...ended, ...unnamed.ended]).toEqual([]);
  });
});
