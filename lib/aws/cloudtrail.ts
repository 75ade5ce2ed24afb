import {
  type AdvancedFieldSelector,
  CloudTrailClient,
  DescribeTrailsCommand,
  GetEventSelectorsCommand,
  type GetEventSelectorsCommandOutput,
  GetTrailStatusCommand,
} from "@aws-sdk/client-cloudtrail";
import type { Trail, Trails } from "../validation/trails.ts";
import { callAws } from "./failures.ts";

/** On the account and Region that the environment names. */
export function cloudTrail(): Trails {
  return new CloudTrailTrails(new CloudTrailClient({}));
}

class CloudTrailTrails implements Trails {
  readonly #client: CloudTrailClient;

  constructor(client: CloudTrailClient) {
    this.#client = client;
  }

  async list(signal: AbortSignal): Promise<readonly string[]> {
    return callAws("cloudtrail:DescribeTrails", "the account", signal, async (options) => {
      const command = new DescribeTrailsCommand({ includeShadowTrails: true });
      const { trailList = [] } = await this.#client.send(command, options);
      return trailList.flatMap(({ TrailARN }) => TrailARN ?? []);
    });
  }

  async inspect(arn: string, signal: AbortSignal): Promise<Trail> {
    const [status, selectors] = await Promise.all([
      callAws("cloudtrail:GetTrailStatus", arn, signal, (options) =>
        this.#client.send(new GetTrailStatusCommand({ Name: arn }), options),
      ),
      callAws("cloudtrail:GetEventSelectors", arn, signal, (options) =>
        this.#client.send(new GetEventSelectorsCommand({ TrailName: arn }), options),
      ),
    ]);
    return { isLogging: status.IsLogging ?? false, recordsRotations: recordsOf(selectors) };
  }
}

/** RotationFailed as a trail sees it, by the fields that selectors of management events may name. */
const rotationFailed: Readonly<Record<string, string>> = {
  eventCategory: "Management",
  eventName: "RotationFailed",
  eventSource: "secretsmanager.amazonaws.com",
  eventType: "AwsServiceEvent",
  readOnly: "false",
};

/** An event is recorded where any selector matches it (EventSelector, AdvancedEventSelector). */
function recordsOf({
  EventSelectors = [],
  AdvancedEventSelectors = [],
}: Pick<GetEventSelectorsCommandOutput, "EventSelectors" | "AdvancedEventSelectors">): boolean {
  const basic = EventSelectors.some(
    ({ IncludeManagementEvents = true, ReadWriteType = "All", ExcludeManagementEventSources }) =>
      IncludeManagementEvents &&
      ReadWriteType !== "ReadOnly" &&
      !ExcludeManagementEventSources?.includes("secretsmanager.amazonaws.com"),
  );
  const advanced = AdvancedEventSelectors.some(({ FieldSelectors = [] }) =>
    FieldSelectors.every(isMet),
  );
  return basic || advanced;
}

/** Several values of one operator: any for the positive ones, none for the negative ones. */
function isMet(selector: AdvancedFieldSelector): boolean {
  const value = rotationFailed[selector.Field ?? ""] ?? "";
  const { Equals, StartsWith, EndsWith, NotEquals, NotStartsWith, NotEndsWith } = selector;
  const isAny = (texts: string[] | undefined, is: (text: string) => boolean, otherwise: boolean) =>
    texts && texts.length > 0 ? texts.some(is) : otherwise;
  return (
    isAny(Equals, (text) => value === text, true) &&
    isAny(StartsWith, (text) => value.startsWith(text), true) &&
    isAny(EndsWith, (text) => value.endsWith(text), true) &&
    !isAny(NotEquals, (text) => value === text, false) &&
    !isAny(NotStartsWith, (text) => value.startsWith(text), false) &&
    !isAny(NotEndsWith, (text) => value.endsWith(text), false)
  );
}
