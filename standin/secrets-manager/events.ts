import { randomUUID } from "node:crypto";
import { isoSeconds, type ServiceEvent } from "../events/event.ts";
import { PENDING, PREVIOUS, type Secret, type SecretChange } from "./secret.ts";

const SOURCE = "secretsmanager.amazonaws.com";

/** The event that Secrets Manager sends for a change; undefined if it sends none. */
export function changeEvent(secret: Secret, change: SecretChange): ServiceEvent | undefined {
  if (change.kind !== "label") return serviceEvent(secret, change);
  const isSilent = change.label === PENDING || change.label === PREVIOUS;
  return isSilent ? undefined : labelEvent(secret, change.label, change.versionId);
}

/** https://docs.aws.amazon.com/secretsmanager/latest/userguide/event-detail-secret-label-updated-secretsmanager.html */
function labelEvent({ arn, name }: Secret, label: string, versionId: string): ServiceEvent {
  return {
    "detail-type": "Secret Label Updated",
    source: "aws.secretsmanager",
    resources: [arn],
    detail: { name, labelUpdated: label, versionId },
  };
}

/**
 * By way of a trail that records management events, which is there
 * (https://docs.aws.amazon.com/secretsmanager/latest/userguide/cloudtrail_log_entries.html#cloudtrail_log_entries_rotation).
 * That page has the names alone. The members are those of a CloudTrail record of a service
 * (https://docs.aws.amazon.com/awscloudtrail/latest/userguide/non-api-aws-service-events.html), filled as in events
 * that were recorded on AWS: `resources` empty, the ARN in `additionalEventData`, the token behind it in `requestID`.
 */
function serviceEvent(
  { arn }: Secret,
  { kind, token, errorMessage }: Exclude<SecretChange, { kind: "label" }>,
): ServiceEvent {
  const [, , , awsRegion, accountId] = arn.split(":");
  return {
    "detail-type": "AWS Service Event via CloudTrail",
    source: "aws.secretsmanager",
    resources: [],
    detail: {
      eventVersion: "1.08",
      userIdentity: { accountId, invokedBy: SOURCE },
      eventTime: isoSeconds(Date.now()),
      eventSource: SOURCE,
      eventName: kind,
      awsRegion,
      sourceIPAddress: SOURCE,
      userAgent: SOURCE,
      ...(errorMessage !== undefined && { errorMessage }),
      requestParameters: null,
      responseElements: null,
      additionalEventData: { SecretId: arn },
      requestID: `Rotation-${arn}-${token}`,
      eventID: randomUUID(),
      readOnly: false,
      eventType: "AwsServiceEvent",
      managementEvent: true,
      recipientAccountId: accountId,
      eventCategory: "Management",
    },
  };
}
