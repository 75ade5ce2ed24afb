import { InvalidStackRequest } from "./errors.ts";

/** Why schedules are looked at. */
export interface ScheduleRequest {
  /** `Delete`: the stack is to be removed. Absent: an hour has passed, or a person asks. */
  readonly stack?: StackRequest | undefined;
  /** When the first invocation for this request began, in epoch milliseconds. */
  readonly since: number;
  /** How many invocations were for it before. */
  readonly round: number;
  /** Whether those are marked that had a schedule before the stack. */
  readonly isMarked?: boolean | undefined;
}

/** Of a custom resource (CloudFormation user guide, "Custom resource request objects"). */
export interface StackRequest {
  readonly type: "Create" | "Update" | "Delete";
  /** Signed: whoever has it may answer. */
  readonly responseUrl: string;
  readonly stackId: string;
  readonly requestId: string;
  readonly logicalResourceId: string;
  /** Absent in the first one. */
  readonly physicalResourceId?: string | undefined;
}

const types = ["Create", "Update", "Delete"] as const;

/**
 * Reads what CloudFormation sends, or `followUp` of an earlier invocation; anything else means: look now.
 * @throws InvalidStackRequest
 */
export function parseRequest(event: unknown, now: Date): ScheduleRequest {
  const fields: Partial<Record<string, unknown>> = { ...Object(event) };
  const earlier: Partial<ScheduleRequest> = { ...Object(fields["followUp"]) };
  const { since = now.getTime(), round = 0, stack: asked, isMarked } = earlier;
  if (fields["followUp"]) return { stack: asked, since, round, isMarked };
  if (fields["RequestType"] === undefined) return { since, round };
  const type = types.find((each) => each === fields["RequestType"]);
  if (!type) throw new InvalidStackRequest("its RequestType is unknown");
  const text = (key: string) => {
    const value = fields[key];
    if (typeof value === "string" && value !== "") return value;
    throw new InvalidStackRequest(`${key} is missing`);
  };
  const responseUrl = text("ResponseURL");
  if (!URL.canParse(responseUrl)) throw new InvalidStackRequest("ResponseURL is not a URL");
  const stack = {
    type,
    responseUrl,
    stackId: text("StackId"),
    requestId: text("RequestId"),
    logicalResourceId: text("LogicalResourceId"),
    ...(fields["PhysicalResourceId"] !== undefined && {
      physicalResourceId: text("PhysicalResourceId"),
    }),
  };
  return { stack, since, round };
}

/** The event that goes on with a request in another invocation. */
export const followUpOf = (request: ScheduleRequest) => ({
  followUp: { ...request, round: request.round + 1 },
});
