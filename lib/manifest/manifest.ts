import type { Shape } from "../secret/document.ts";
import type { Place } from "./place.ts";
import type { CredentialSpec } from "./type.ts";

/** rotation.yml as it is compiled into the functions: checked, with every default filled in. */
export interface Manifest {
  /** The stage that it was compiled for, e.g. `production`. */
  readonly stage: string;
  /** By the secret's name or ARN; those of this stage only. */
  readonly secrets: Readonly<Record<string, SecretEntry>>;
  /** Secrets that deliberately do not rotate, for now. */
  readonly exempt: readonly Exemption[];
}

/** The entry of a secret, which the manifest may name by any of these names or ARNs. */
export function entryFor(
  { secrets }: Manifest,
  ...namesOrArns: readonly string[]
): SecretEntry | undefined {
  const named = namesOrArns.find((each) => Object.hasOwn(secrets, each));
  return named === undefined ? undefined : secrets[named];
}

export interface SecretEntry {
  readonly schedule: Schedule;
  /** ARN of the customer-managed KMS key that encrypts the secret; absent: `aws/secretsmanager`. */
  readonly kmsKey?: string | undefined;
  readonly consumers: ConsumerScope;
  /** How long consumers that cannot be seen get after the promotion, in milliseconds. */
  readonly grace: number;
  /** The manifest says that every consumer can be seen. */
  readonly consumersComplete?: true | undefined;
  /** When an unsettled secret alerts, in milliseconds after its promotion. */
  readonly deadline: number;
  readonly credentials: readonly CredentialSpec[];
  /** Where the functions run that rotate and retire it. */
  readonly place: Place;
  /** Absent: JSON. */
  readonly shape?: Shape | undefined;
  /** The field that holds the time of the last rotation; absent: `rotated_at`, in a secret that has it. */
  readonly rotatedAt?: string | undefined;
  readonly mirror?: MirrorSpec | undefined;
  /** It is a canary: how often it is replaced as if it had leaked; an expression like that of the schedule. */
  readonly drill?: string | undefined;
}

/** Whether people make all that it holds, so that there is nothing to rotate by a schedule. */
export const isSupplied = ({ credentials }: Pick<SecretEntry, "credentials">) =>
  credentials.length > 0 && credentials.every(({ supply }) => supply !== undefined);

/**
 * Where consumers may be rolled: names or ARNs, by the key of rotation.yml. Each type of consumers has keys of its
 * own, e.g. ECS has `clusters`. All have `ignore`: consumers that only mention the secret, e.g. `production/worker`.
 */
export type ConsumerScope = Readonly<Record<string, readonly string[]>>;

/** Fields of the secret that settlement copies to SecureString parameters of SSM. */
export interface MirrorSpec {
  /** Every field goes below this path, e.g. `/clip-it/`. */
  readonly prefix?: string | undefined;
  /** Name of the parameter, by field; wins over the prefix. */
  readonly parameters: Readonly<Record<string, string>>;
  /** ARN of the KMS key that encrypts them; absent: the parameter's own, else `alias/aws/ssm`. */
  readonly kmsKey?: string | undefined;
  /** Absent: the parameter's own, else the account's default. */
  readonly tier?: "Standard" | "Advanced" | "Intelligent-Tiering" | undefined;
  /** Whether values that the secret never held are replaced. */
  readonly overwrite: boolean;
}

/** When Secrets Manager rotates, as its RotationRules take it. */
interface Schedule {
  /** E.g. `rate(90 days)`. */
  readonly expression: string;
  /** Of the rotation window in hours, e.g. `3h`; absent: as Secrets Manager sees fit. */
  readonly duration?: string | undefined;
}

/** A secret that is named and yet does not rotate. */
export interface Exemption {
  /** Its name or ARN. */
  readonly secret: string;
  readonly reason: string;
  /** The last day of it, in UTC: `2027-03-01`. */
  readonly until: string;
}

/** Whether its last day is over. */
export function isExpired({ until }: Exemption, now: Date): boolean {
  return now.toISOString().slice(0, 10) > until;
}
