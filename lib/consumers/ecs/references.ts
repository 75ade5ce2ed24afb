import type { Reference, SecretIdentity } from "../../settlement/consumer.ts";
import { mentions } from "./mention.ts";
import { resolve } from "./value-from.ts";

/** The parts of an ECS task definition that can lead to a secret. */
export interface TaskDefinition {
  readonly arn: string;
  readonly containers: readonly Container[];
  /** `authorizationConfig.credentialsParameter`, by the name of the volume. */
  readonly volumes?: readonly ValueFrom[] | undefined;
}

export interface Container {
  readonly name: string;
  readonly environment: readonly EnvironmentValue[];
  readonly secrets: readonly ValueFrom[];
  /** `logConfiguration.secretOptions`. */
  readonly secretOptions: readonly ValueFrom[];
  /** `repositoryCredentials.credentialsParameter`. */
  readonly credentialsParameter?: string | undefined;
  /** Other texts that a container gets, by where they stand, e.g. `command`. */
  readonly texts?: readonly EnvironmentValue[] | undefined;
}

/** What RunTask or the scheduler changed for one task. */
export interface Override {
  /** Of the container. */
  readonly name: string;
  readonly environment: readonly EnvironmentValue[];
  readonly texts: readonly EnvironmentValue[];
}

interface EnvironmentValue {
  readonly name: string;
  readonly value: string;
}

export interface ValueFrom {
  readonly name: string;
  readonly valueFrom: string;
}

/** Every way in which a task definition leads to one of these secrets, each with its reason. Pure. */
export function findReferences(
  definition: TaskDefinition,
  all: readonly SecretIdentity[],
): readonly Reference[] {
  const text = textOf(definition);
  const secrets = all.filter((secret) => namesOf(secret).some((name) => text.includes(name)));
  if (secrets.length === 0) return [];
  const { containers, volumes = [] } = definition;
  const mounted = volumes.flatMap(({ name, valueFrom }) =>
    resolve(`authorizationConfig of volume ${name}`, valueFrom, secrets),
  );
  const contained = containers.flatMap((container) => {
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
    ].flatMap(([where, valueFrom]) => resolve(where, valueFrom, secrets));
    return [...named, ...inTexts(container, inside, secrets)];
  });
  return [...mounted, ...contained];
}

/** By definition, all that it says: most say nothing of a secret, and a pass asks about hundreds. */
const texts = new WeakMap<TaskDefinition, string>();

function textOf(definition: TaskDefinition): string {
  const text = texts.get(definition) ?? JSON.stringify(definition);
  texts.set(definition, text);
  return text;
}

/** One of these is in whatever leads to the secret: its ARN has its name, a parameter's that of the parameter. */
const namesOf = ({ name, parameters = [] }: SecretIdentity) => [name, ...parameters];

/** The same for the overrides of a task. */
export function findOverridden(
  overrides: readonly Override[],
  secrets: readonly SecretIdentity[],
): readonly Reference[] {
  return overrides.flatMap((override) =>
    inTexts(override, `in the overrides of container ${override.name}`, secrets),
  );
}

/** A whole environment value names what the container reads; a part of it, or of a command, may do so. */
function inTexts(
  { environment, texts = [] }: Pick<Container, "environment" | "texts">,
  inside: string,
  secrets: readonly SecretIdentity[],
): readonly Reference[] {
  const whole = environment.flatMap(({ name, value }) =>
    resolve(`environment ${name} ${inside}`, value, secrets.filter(isNamedBy(value))),
  );
  const certain = new Set(whole.map(({ secret }) => secret));
  const all = [
    ...environment.map(({ name, value }) => ({ name: `environment ${name}`, value })),
    ...texts,
  ];
  const possible = all.flatMap(({ name, value }) =>
    secrets
      .filter((secret) => !certain.has(secret.arn) && mentions(value, secret))
      .map(({ arn }) => ({ secret: arn, where: `${name} ${inside}`, possible: true as const })),
  );
  return [...whole, ...possible].map((each) => ({ ...each, reads: true }));
}

/** Whether a value may be a whole reference: `app:8080` does not refer to the secret `app`. */
const isNamedBy =
  (value: string) =>
  ({ name }: SecretIdentity) =>
    value.startsWith("arn:") || !value.startsWith(`${name}:`);
