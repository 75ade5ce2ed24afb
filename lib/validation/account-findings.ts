import { AwsCallFailed } from "../aws-call-failed.ts";
import type { RotationError } from "../errors.ts";
import type { Asked } from "./ask.ts";
import type { Facts } from "./facts.ts";
import { type Finding, failure, finding, remedyOf, unchecked } from "./finding.ts";
import type { Trail } from "./trails.ts";

/** What is about the account and not about one secret. Pure. */
export function accountFindings(facts: Facts): readonly Finding[] {
  return [
    ...nothingChecked(facts),
    ...facts.consumerFindings,
    ...trailFindings(facts),
    ...topicFindings(facts),
  ];
}

/** No secret could be checked: wrong account, no credentials, or credentials that may not look. */
function nothingChecked({ secrets }: Facts): readonly Finding[] {
  const unknown = secrets.flatMap(({ state }) => ("unknown" in state ? [state.unknown] : []));
  const [first] = unknown;
  if (!first || unknown.length < secrets.length) return [];
  return [
    finding({
      severity: "error",
      code: "NOTHING_CHECKED",
      what: `None of the manifest's secrets could be checked: ${first.happened}`,
      remedy:
        remedyOf(first) ??
        "Use credentials of the right account (aws sts get-caller-identity shows the current ones) with the permissions in docs/validate.md.",
    }),
  ];
}

/** One trail that records is enough; one that may not be read could be that one. */
function trailFindings({ trails }: Facts): readonly Finding[] {
  if ("unknown" in trails) return [trailsUnchecked(trails.unknown)];
  const seen = trails.known.map(({ arn, trail }) => ({
    name: arn.slice(arn.lastIndexOf("/") + 1),
    trail,
  }));
  const isRecording = (trail: Asked<Trail>) =>
    "known" in trail && trail.known.isLogging && trail.known.recordsRotations;
  if (seen.some(({ trail }) => isRecording(trail))) return [];
  for (const { trail } of seen) if ("unknown" in trail) return [trailsUnchecked(trail.unknown)];
  const why = seen.map(({ name, trail }) =>
    "known" in trail && trail.known.isLogging
      ? `${name} records no management events that write`
      : `${name} is stopped`,
  );
  return [
    finding({
      severity: "error",
      code: "NO_TRAIL",
      what: `No CloudTrail trail records management events that write in this Region (${why.join(", ") || "there is none"}): EventBridge would not receive events of failed rotations.`,
      remedy:
        "Create a trail with management events (the first copy of them is free), or add them to an existing trail and start its logging.",
    }),
  ];
}

const trailsUnchecked = (error: RotationError) =>
  unchecked("whether a CloudTrail trail records failed rotations", error, {
    allow: "cloudtrail:DescribeTrails, GetTrailStatus and GetEventSelectors",
    remedy:
      "ask the owner of the organization's trail whether it records management events that write.",
  });

function topicFindings({ topic }: Facts): readonly Finding[] {
  if (!topic)
    return [
      finding({
        severity: "warning",
        code: "TOPIC_NOT_NAMED",
        what: "Could not check whether anybody gets alerts, because no topic was named.",
        remedy: "Name it with --topic ARN or in ALERT_TOPIC_ARN; npx serverless info shows it.",
      }),
    ];
  if ("known" in topic) return topic.known > 0 ? [] : [nobodyListens];
  const { unknown } = topic;
  if (unknown instanceof AwsCallFailed && unknown.isAbsent)
    return [{ ...failure(unknown, ""), code: "TOPIC_NOT_FOUND", secret: undefined }];
  const allow = "sns:ListSubscriptionsByTopic on the topic";
  return [unchecked("whether anybody gets alerts", unknown, { allow })];
}

const nobodyListens = finding({
  severity: "error",
  code: "NOBODY_LISTENS",
  what: "The topic has no confirmed subscription: nobody would be alerted of a failure.",
  remedy:
    "Subscribe on-call (aws sns subscribe --protocol email), confirm with the link in the message, and test it: npm run alert:test.",
});
