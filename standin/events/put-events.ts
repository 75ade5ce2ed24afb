import { z } from "zod";
import type { EventBus } from "./bus.ts";
import { completeEvent, isoSeconds } from "./event.ts";
import { invalid, operation } from "./operation.ts";
import { defaultBus } from "./rules.ts";

const MAX_BYTES = 262_144;

const entry = z.object({
  Source: z.string().optional(),
  DetailType: z.string().optional(),
  Detail: z.string().optional(),
  Resources: z.array(z.string()).default([]),
  /** Seconds since the epoch. */
  Time: z.number().optional(),
  EventBusName: defaultBus,
});
type Entry = z.infer<typeof entry>;

/**
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html: each entry is
 * accepted or refused on its own. Only AWS can send from a source that begins with "aws.".
 */
export function putEvents(bus: EventBus, account: { region: string; accountId: string }) {
  const shape = z.object({ Entries: z.array(entry).min(1).max(10) });
  return operation(shape, ({ Entries }) => {
    if (Entries.reduce((sum, each) => sum + bytes(each), 0) > MAX_BYTES) {
      throw invalid("Total size of the entries in the request is over the limit.");
    }
    const results = Entries.map((each) => {
      const checked = check(each);
      if ("ErrorCode" in checked) return checked;
      const { Time } = each;
      const event = completeEvent(
        { ...checked, ...(Time !== undefined && { time: isoSeconds(1000 * Time) }) },
        account,
      );
      bus.emit(event);
      return { EventId: event.id };
    });
    const FailedEntryCount = results.filter((result) => "ErrorCode" in result).length;
    return { FailedEntryCount, Entries: results };
  });
}

function check({ Source, DetailType, Detail, Resources }: Entry) {
  if (!Source) return required("Source");
  if (!DetailType) return required("DetailType");
  if (!Detail) return required("Detail");
  if (/^aws\./i.test(Source)) {
    const ErrorMessage = "Not authorized for the source.";
    return { ErrorCode: "NotAuthorizedForSourceException", ErrorMessage };
  }
  const detail = parsedDetail(Detail);
  if (detail === undefined) {
    return { ErrorCode: "MalformedDetail", ErrorMessage: "Detail is malformed." };
  }
  return { source: Source, "detail-type": DetailType, resources: Resources, detail };
}

function required(name: string) {
  const ErrorMessage = `Parameter ${name} is not valid. Reason: ${name} is a required argument.`;
  return { ErrorCode: "InvalidArgument", ErrorMessage };
}

function parsedDetail(text: string): Record<string, unknown> | undefined {
  try {
    const detail: unknown = JSON.parse(text);
    const isObject = typeof detail === "object" && detail !== null && !Array.isArray(detail);
    return isObject ? (detail as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html */
function bytes({ Source = "", DetailType = "", Detail = "", Resources, Time }: Entry): number {
  const texts = [Source, DetailType, Detail, ...Resources];
  return Buffer.byteLength(texts.join("")) + (Time === undefined ? 0 : 14);
}
