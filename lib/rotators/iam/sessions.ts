export const sessionPolicyName = "quarterturn-ended-sessions";

/**
 * Denies everything to the user's sessions that were made before a time. Those of GetSessionToken outlive their key by up
 * to 36 hours (IAM user guide, "Disabling permissions for temporary security credentials").
 */
export const sessionPolicy = (keyId: string, until: Date): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: `SessionsOf${keyId}`,
        Effect: "Deny",
        Action: "*",
        Resource: "*",
        Condition: { DateLessThan: { "aws:TokenIssueTime": until.toISOString() } },
      },
    ],
  });
