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
