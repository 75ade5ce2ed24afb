import type { Manifest, SecretEntry } from "../lib/manifest/manifest.ts";
import type { Place } from "../lib/manifest/place.ts";
import { arn } from "./cloudformation.ts";
import type { Parameters } from "./parameters.ts";

/** Everything that a template is made from. */
export interface Deployment extends Parameters {
  /** Of the Serverless Framework: the first part of every name. */
  readonly service: string;
  readonly stage: string;
  readonly manifest: Manifest;
}

/** The same, with those secrets alone for which this holds. */
export function only(
  { manifest, ...rest }: Deployment,
  isServed: (secret: SecretEntry) => boolean,
): Deployment {
  const secrets = Object.entries(manifest.secrets).filter(([, secret]) => isServed(secret));
  return { ...rest, manifest: { ...manifest, secrets: Object.fromEntries(secrets) } };
}

/** The same, with the secrets of one place alone; of every place where none is named. */
export const servedAt = (deployment: Deployment, place: Place | undefined): Deployment =>
  place ? only(deployment, (secret) => secret.place === place) : deployment;

/** The places of its secrets. */
export function placesOf({ manifest }: Deployment): readonly Place[] {
  const places = new Set(Object.values(manifest.secrets).map(({ place }) => place));
  return (["network", "internet"] as const).filter((place) => places.has(place));
}

/** A name that no other stage in the account has. */
export const deployedName = (
  { service, stage }: Pick<Deployment, "service" | "stage">,
  name: string,
) => `${service}-${stage}-${name}`;

/** Without a reference to the function itself, which would make its role and it wait for each other. */
export const functionArn = (deployment: Deployment, name: string) =>
  arn("lambda", `function:${deployedName(deployment, name)}`);

/** The logical id that the Serverless Framework gives a function. */
export const functionId = (name: string) =>
  `${name.charAt(0).toUpperCase()}${name.slice(1).replaceAll("-", "Dash")}LambdaFunction`;
