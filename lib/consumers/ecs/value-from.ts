import type { Reference, SecretIdentity } from "../../settlement/consumer.ts";

/**
 * What a `valueFrom` leads to: a secret, or a parameter that mirrors it. Pure.
 * @param where it stands, for messages
 */
export const resolve = (where: string, value: string, secrets: readonly SecretIdentity[]) => [
  ...toSecret(where, value, secrets),
  ...throughParameter(where, value, secrets),
];

/** Parameter Store passes these names on to Secrets Manager. */
const passedOn = /^(?:arn:[^:]+:ssm:[^:]*:[^:]*:parameter)?\/aws\/reference\/secretsmanager\//;

/** A full or partial ARN or a name, then `:json-key:version-stage:version-id`. */
function toSecret(
  where: string,
  value: string,
  secrets: readonly SecretIdentity[],
): readonly Reference[] {
  const [id = "", field = "", stage = "", version = "", ...more] = splitSuffix(
    value.replace(passedOn, ""),
  );
  // No reference has more parts.
  if (more.length > 0) return [];
  const pinned = version || (stage === "AWSCURRENT" ? "" : stage) || undefined;
  return secrets
    .filter((secret) => isSecret(id, secret))
    .map(({ arn }) => ({ secret: arn, where, ...(pinned && { pinned }), ...(field && { field }) }));
}

/** A parameter that mirrors a secret, by name or ARN; `:version` or `:label` may follow. */
function throughParameter(
  where: string,
  valueFrom: string,
  secrets: readonly SecretIdentity[],
): readonly Reference[] {
  return secrets.flatMap(({ arn, parameters = [] }) =>
    parameters.flatMap((parameter) => {
      const id = [parameter, arnOf(parameter, arn)].find((each) =>
        `${valueFrom}:`.startsWith(`${each}:`),
      );
      if (id === undefined) return [];
      const pinned = valueFrom.slice(id.length + 1) || undefined;
      return { secret: arn, parameter, where, ...(pinned && { pinned }) };
    }),
  );
}

/** It is where its secret is; a slash stands ahead of a name that has none. */
function arnOf(parameter: string, secretArn: string): string {
  const [, partition, , region, account] = secretArn.split(":");
  const path = parameter.startsWith("/") ? parameter : `/${parameter}`;
  return `arn:${partition}:ssm:${region}:${account}:parameter${path}`;
}

/** A name holds no colon, and an ARN ends with it. */
function splitSuffix(valueFrom: string): readonly string[] {
  const arn = /^arn:[^:]+:secretsmanager:[^:]*:[^:]*:secret:/.exec(valueFrom)?.[0] ?? "";
  const [name = "", ...suffix] = valueFrom.slice(arn.length).split(":");
  return [arn + name, ...suffix];
}

function isSecret(id: string, { arn, name }: SecretIdentity): boolean {
  const partial = arn.slice(0, arn.length - "-AbCdEf".length);
  return id === arn || id === partial || id === name;
}
