/**
 * The secret's name in an ARN, which ends with it, a hyphen and six characters (Secrets Manager user guide,
 * "What's in a secret"); anything else is already a name.
 */
export function secretNameOf(secretId: string): string {
  return /^arn:[^:]+:secretsmanager:[^:]*:\d*:secret:(.+)-\w{6}$/.exec(secretId)?.[1] ?? secretId;
}
