import { describe, expect, it } from "vitest";
import { writePending } from "../../../lib/rotation/pending.ts";
import { promote } from "../../../lib/rotation/promote.ts";
import type { Rotation } from "../../../lib/rotation/rotation.ts";
import { contextFor } from "../../context.ts";

/** The labels that a promotion moves, in order. */
async function moves(versions: Record<string, string[]>): Promise<unknown[]> {
  const made: unknown[] = [];
  const moveLabel = async ({ secretId: _, ...move }: { secretId: string }) => {
    made.push(move);
    return "moved";
  };
  const secret = { arn: "arn", name: "app", versions: new Map(Object.entries(versions)) };
  await promote({
    event: { token: "leaked-1" },
    secret,
    currentId: "current",
    credentials: [],
    store: { moveLabel },
    context: contextFor(),
  } as unknown as Rotation);
  return made;
}

const live = { "leaked-1": ["AWSPENDING", "PREPARED"], current: ["AWSCURRENT"] };
const promotion = { label: "AWSCURRENT", from: "current", to: "leaked-1" };

describe("what leaked is promoted while an earlier rotation is unsettled (A11)", () => {
  it("and the earlier version keeps a label of its own before RETIRING leaves it", async () => {
    expect(await moves({ ...live, old: ["AWSPREVIOUS", "RETIRING"] })).toEqual([
      { label: "RETIRING-old", to: "old" },
      { label: "RETIRING", from: "old", to: "current" },
      promotion,
    ]);
  });

  it("also after it was killed between those two", async () => {
    expect(await moves({ ...live, old: ["AWSPREVIOUS", "RETIRING", "RETIRING-old"] })).toEqual([
      { label: "RETIRING", from: "old", to: "current" },
      promotion,
    ]);
    expect(await moves({ ...live, current: ["AWSCURRENT", "RETIRING"] })).toEqual([promotion]);
  });
});

describe("a leaked-mode rotation that begins before settlement has looked at what people moved (A11)", () => {
  /** The labels that createSecret moves before it writes. */
  async function kept(versions: Record<string, string[]>): Promise<unknown[]> {
    const made: unknown[] = [];
    await writePending(
      {
        event: { token: "leaked-1" },
        secret: { arn: "arn", name: "app", versions: new Map(Object.entries(versions)) },
        currentId: "old",
        store: {
          moveLabel: async ({ secretId: _, ...move }: { secretId: string }) => made.push(move),
          putPending: async () => made.push("written"),
        },
        documents: { forget() {} },
        context: contextFor(),
      } as unknown as Rotation,
      { text: "" } as never,
    );
    return made;
  }

  it("keeps a label on the version that AWSCURRENT was moved away from, whose own ones it takes", async () => {
    const moved = {
      new: ["AWSPREVIOUS", "PREPARED", "FROM-old"],
      old: ["AWSCURRENT", "RETIRING"],
      "leaked-1": ["AWSPENDING"],
    };
    expect(await kept(moved)).toEqual([{ label: "RETIRING-new", to: "new" }, "written"]);
    const settled = { new: ["AWSPREVIOUS", "PREPARED"], old: ["AWSCURRENT"] };
    expect(await kept(settled)).toEqual(["written"]);
  });
});
