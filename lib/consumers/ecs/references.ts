import type { Reference, SecretIdentity } from "../../settlement/consumer.ts";

/** The parts of an ECS task definition that can lead to a secret. */
export interface TaskDefinition {
  readonly arn: string;
  readonly containers: readonly Container[];
}

export interface Container {
  readonly name: string;
  readonly environment: readonly { readonly name: string; readonly value: string }[];
  readonly secrets: readonly ValueFrom[];
  /** `logConfiguration.secretOptions`. */
  readonly secretOptions: readonly ValueFrom[];
  /** `repositoryCredentials.credentialsParameter`. */
  readonly credentialsParameter?: string | undefined;
}

export interface ValueFrom {
  readonly name: string;
  readonly valueFrom: string;
}

/** Every way in which a task definition leads to one of these secrets, each with its reason. Pure. */
export function findReferences(
  definition: TaskDefinition,
  secrets: readonly SecretIdentity[],
): readonly Reference[] {
  return definition.containers.flatMap((container) => {
    const inside = `of container ${container.name}`;
    const { credentialsParameter } = container;
    const named = [
      ...container.secrets.map(
        (each) => [`secrets ${each.name} ${inside}`, each.valueFrom] as const,
      ),
      ...container.secretOptions.map(
        (each) => [`secretOptions ${each.name} ${inside}`, each.valueFrom] as const,
      ),
      ...(credentialsParameter
        ? [[`repositoryCredentials ${inside}`, credentialsParameter] as const]
        : []),
    ].flatMap(([where, valueFrom]) => [
      ...resolve(where, valueFrom, secrets),
      ...throughParameter(where, valueFrom, secrets),
    ]);
    const mentioned = container.environment.flatMap(({ name, value }) => {
      const where = `environment ${name} ${inside}`;
      const whole = secrets.filter(({ arn, name: secret }) => value === arn || value === secret);
      return [
        ...whole.map(({ arn }): Reference => ({ secret: arn, where, reads: true })),
        ...throughParameter(where, value, secrets),
      ];
    });
    return [...named, ...mentioned];
  });
}

/** Parameter Store passes these names on to Secrets Manager. */
const passedOn = /^(?:arn:[^:]+:ssm:[^:]*:[^:]*:parameter)?\/aws\/reference\/secretsmanager\//;

/** `valueFrom` of a secret: a full or partial ARN or a name, then `:json-key:version-stage:version-id`. */
function resolve(
  where: string,
  valueFrom: string,
  secrets: readonly SecretIdentity[],
): readonly Reference[] {
  const [id = "", field = "", stage = "", version = ""] = splitSuffix(
    valueFrom.replace(passedOn, ""),
  );
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
  const path = parameter.replace(/^\//, "");
  return `arn:${partition}:ssm:${region}:${account}:parameter/${path}`;
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
