import { describe, expect, it } from "vitest";
import { tell } from "../../../lib/alerts/tell.ts";
import type { News } from "../../../lib/context/context.ts";
import { RotationError } from "../../../lib/errors.ts";

const now = new Date("2026-03-01T12:00:00Z");

class Failed extends RotationError {
  constructor(code: string, retryable: boolean) {
    super({ code, happened: "It failed.", remedy: "Mend it.", retryable });
  }
}

const task = { kind: "finding", secret: "app", step: "look", token: "one" } as const;

/** What is told of a problem that may pass, at its first look, where the memory refuses to note it. */
async function toldWhere(refusal: RotationError): Promise<readonly string[]> {
  const told: string[] = [];
  const report = async (news: News) => {
    if (news.status !== "over") told.push(`${news.status} ${news.error.code}`);
    return "told" as const;
  };
  const log = { alertFailed: (_: string, code: string) => void told.push(`log ${code}`) };
  const seen = {
    secret: { arn: "arn", name: "app" },
    domain: "findings",
    standing: [],
    found: [{ error: new Failed("PENDING_STUCK", false), task, mayPass: true }],
    since: new Date(now.getTime() - 60_000),
    isOver: () => true,
  } as const;
  const context = { report, log, now: () => now } as unknown as Parameters<typeof tell>[2];
  const memory = { write: () => Promise.reject(refusal) };
  await tell(seen, memory, context, AbortSignal.timeout(1000));
  return told;
}

describe("a problem that may pass and cannot be noted", () => {
  it("is told at once where the memory refuses for good: it would be lost at every look", async () => {
    const told = await toldWhere(new Failed("AWS_CALL_FAILED", false));
    expect(told).toEqual(["log AWS_CALL_FAILED", "begun PENDING_STUCK"]);
  });

  it("is left to the next look where the memory refuses for now", async () => {
    expect(await toldWhere(new Failed("AWS_CALL_FAILED", true))).toEqual(["log AWS_CALL_FAILED"]);
  });
});
