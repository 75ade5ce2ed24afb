/**
 * What is a reason to look at secrets that are not settled, by the rule's name. Secrets Manager's own event
 * needs no CloudTrail; the others say that something may have moved on.
 */
export const settlementEvents = {
  "label-moved": {
    source: ["aws.secretsmanager"],
    "detail-type": ["Secret Label Updated"],
    detail: { labelUpdated: ["AWSCURRENT"] },
  },
  "rotation-succeeded": {
    source: ["aws.secretsmanager"],
    "detail-type": ["AWS Service Event via CloudTrail"],
    detail: { eventName: ["RotationSucceeded"] },
  },
  "deployment-changed": {
    source: ["aws.ecs"],
    "detail-type": ["ECS Deployment State Change"],
  },
};
