/**
 * The secret's name in an ARN, which ends with it, a hyphen and six characters (Secrets Manager user guide,
 * "What's in a secret"); what is no such ARN is a name already.
 */
export function secretNameOf(secretId: string): string {
  return /^arn:[^:]+:secretsmanager:[^:]*:\d*:secret:(.+)-\w{6}$/.exec(secretId)?.[1] ?? secretId;
}
