import { RotationError } from "../errors.ts";

/** The function does not know where to publish alerts. */
export class TopicMissing extends RotationError {
  constructor() {
    super({
      code: "TOPIC_MISSING",
      happened: "ALERT_TOPIC_ARN is not set, so nobody would be alerted of a failure.",
      remedy: "Set it to the ARN of the SNS topic (npx serverless deploy does).",
    });
  }
}

/** So many things are wrong with one secret that they cannot be told one by one. */
export class MoreProblems extends RotationError {
  override readonly impact = "unknown";
  override safety = {
    full: "not known: see the alerts that you got; the worst problems were sent first.",
    brief: "See the other alerts.",
  };

  /** @param count of those that are not told */
  constructor(secret: string, count: number) {
    super({
      code: "MORE_PROBLEMS",
      retryable: true,
      happened: `${secret} has more problems than get an alert of their own: ${count} more now.`,
      remedy: "Fix the ones you were alerted to. The others get their alerts as those end.",
    });
  }
}
