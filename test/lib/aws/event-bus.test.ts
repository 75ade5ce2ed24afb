import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { EventBus } from "../../../lib/alerts/bus.ts";
import { eventBridgeBus } from "../../../lib/aws/event-bus.ts";
import { type Aws, AwsError, type AwsEvent, startAws } from "../../../standin/aws.ts";

const signal = AbortSignal.timeout(60_000);

describe("the default event bus", () => {
  let aws: Aws;
  let bus: EventBus;
  beforeAll(async () => {
    aws = await startAws();
    for (const [name, value] of Object.entries(aws.env("relay"))) vi.stubEnv(name, value);
    bus = eventBridgeBus();
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await aws?.[Symbol.asyncDispose]();
  });

  /** A client's answer is 200 whatever becomes of the entry. */
  const answering = (answer: object) =>
    vi.spyOn(EventBridgeClient.prototype, "send").mockResolvedValueOnce(answer as never);

  it("gets an event that rules find by its source and type", async () => {
    const seen: AwsEvent[] = [];
    using _ = aws.events.intercept((event) => {
      seen.push(event);
      return [];
    });
    await bus.put("Quarterturn Alert", { secret: "app", more: { of: ["it"] } }, signal);
    await aws.idle();
    expect(seen).toMatchObject([
      {
        source: "quarterturn",
        "detail-type": "Quarterturn Alert",
        detail: { secret: "app", more: { of: ["it"] } },
      },
    ]);
  });

  it.each([
    ["InternalFailure", true],
    ["ThrottlingException", true],
    ["MalformedDetail", false],
    [undefined, false],
  ])("that refuses the entry by %s has not got it", async (ErrorCode, retryable) => {
    using _ = answering({ FailedEntryCount: 1, Entries: [{ ErrorCode }] });
    await expect(bus.put("Quarterturn Alert", {}, signal)).rejects.toMatchObject({
      code: "AWS_CALL_FAILED",
      failure: ErrorCode ?? "an unknown error",
      retryable,
    });
  });

  it("that may not be written says what to allow", async () => {
    using _ = aws.intercept({
      before: ({ operation }) => {
        if (operation === "PutEvents") throw new AwsError("AccessDeniedException", "no", 400);
      },
    });
    await expect(bus.put("Quarterturn Alert", {}, signal)).rejects.toMatchObject({
      happened: expect.stringMatching(
        /^events:PutEvents on the default event bus failed: AccessDeniedException /,
      ),
      remedy: "Allow events:PutEvents in the function's role.",
      retryable: false,
    });
  });
});
