/** AWS's names and ARNs, as far as the manifest may hold them. */

/** KMS developer guide, "Specifying KMS keys in IAM policy statements": by key ARN only. */
export const kmsKeyForm =
  /^(aws\/secretsmanager|arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[A-Za-z0-9-]+)$/;

export const stageName = /^[A-Za-z0-9-]+$/;

/** Replaces `${stage}` by the stage's name. */
export function inStage(name: string, stage: string): string {
  return name.replaceAll(`\${stage}`, stage);
}

/** The problem of a name in which another variable than `${stage}` is left. */
export function unknownVariable(name: string): string | undefined {
  const variable = /\$\{[^}]*\}?/.exec(name)?.[0];
  return (
    variable && `contains the unknown variable ${variable}: only \${stage} is replaced in a name`
  );
}

/** The problem of a name or ARN that no secret can have. */
export function nameProblem(name: string): string | undefined {
  const variable = unknownVariable(name);
  if (variable) return variable;
  if (name.startsWith("arn:")) return arnProblem(name);
  // CreateSecret: ASCII letters, digits and /_+=.@-. AWS services put their own name and "!" in front.
  const invalid = /[^A-Za-z0-9/_+=.@!-]/.exec(name)?.[0];
  if (invalid !== undefined)
    return `contains ${JSON.stringify(invalid)}: only letters, digits and /_+=.@- are allowed in the name of a secret`;
  if (name === "") return "is empty: it must name a secret";
  if (name.length > 512) return "is longer than 512 characters, the limit for a secret's name";
  return undefined;
}

function arnProblem(arn: string): string | undefined {
  const [, service] = /^arn:aws[a-z-]*:([a-z0-9-]*):/.exec(arn) ?? [];
  if (service !== undefined && service !== "secretsmanager")
    return `is an ARN of ${service || "no service"}: only secrets in Secrets Manager (arn:aws:secretsmanager:…) rotate`;
  const whole =
    /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@!-]+-[A-Za-z0-9]{6}$/;
  if (whole.test(arn)) return undefined;
  return "is not the complete ARN of a secret (arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME-AbCdEf, with the last six characters): `aws secretsmanager describe-secret` prints it";
}

/** RDS and other services create such secrets, and rotate them themselves. */
export function belongsToAService(name: string): boolean {
  return /!/.test(name);
}

/** The name in an ARN; anything else is already a name. */
function bareName(nameOrArn: string): string {
  return (
    /^arn:[^:]*:secretsmanager:[^:]*:[^:]*:secret:(.+)-.{6}$/.exec(nameOrArn)?.[1] ?? nameOrArn
  );
}

/** Whether two names or ARNs mean the same secret, as far as they show. */
export function sameSecret(one: string, other: string): boolean {
  if (one.startsWith("arn:") && other.startsWith("arn:")) return one === other;
  return bareName(one) === bareName(other);
}

/** Looks things up by the secret that a name or ARN means, in constant time. */
export class SecretIndex<T> {
  readonly #entries = new Map<string, { readonly name: string; readonly item: T }[]>();

  add(name: string, item: T): void {
    const same = this.#entries.get(bareName(name));
    if (same) same.push({ name, item });
    else this.#entries.set(bareName(name), [{ name, item }]);
  }

  /** What was added first for this secret. */
  find(name: string): T | undefined {
    const same = this.#entries.get(bareName(name));
    return same?.find((each) => sameSecret(each.name, name))?.item;
  }
}

/** Where an ARN's resource is; nothing of a name. */
export function homeOf(
  arn: string,
): Record<"partition" | "service" | "region" | "account", string | undefined> {
  const [, partition, service, region, account] =
    /^arn:([^:]*):([^:]*):([^:]+):(\d*):/.exec(arn) ?? [];
  return { partition, service, region, account };
}

/**
 * CreateSecret: "Do not end your secret name with a hyphen followed by six characters": it looks like an ARN
 * without its beginning.
 */
export function endsLikeAnArn(name: string): boolean {
  return !name.startsWith("arn:") && /-.{6}$/.test(name);
}
