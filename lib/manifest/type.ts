import type { z } from "zod";
import type { Grants } from "./grant.ts";
import type { Place } from "./place.ts";
import type { Path } from "./remark.ts";

/** One credential of a secret as the manifest, completed with its defaults, describes it; each type adds its own. */
export interface CredentialSpec {
  /** The name of its rotator, in the two lists: lib/types.ts when building, lib/registry.ts when running. */
  readonly type: string;
  /** The name of another rotator that this one works with, e.g. of the engine that a master user logs in to. */
  readonly uses?: string | undefined;
  /** The names of other rotators, of which the secret itself may name the one it needs: the manifest leaves the type open. */
  readonly alternatives?: readonly string[] | undefined;
  /** For reports, where one rotator serves many: e.g. the provider. */
  readonly label?: string;
  /** For reports: the order in which it is replaced, e.g. `in-place`. */
  readonly strategy: string;
  readonly traits: CredentialTraits;
  /** The same text for credentials of the same server, where the manifest tells; e.g. its administrator's secret. */
  readonly server?: string | undefined;
  /** Present: a person makes it, and a scheduled rotation leaves it as it is. */
  readonly supply?: Supply | undefined;
}

/** How a credential is replaced that a person makes. */
export interface Supply {
  /** The field of the secret that holds it, for messages and for the tag that dates it. */
  readonly field: string;
  /** In milliseconds; absent: as often as the secret's schedule says. */
  readonly every?: number | undefined;
  /** Where a person makes and deletes it: a URL. */
  readonly console?: string | undefined;
}

/** What the protocol must know of the way in which a credential is replaced. */
export interface CredentialTraits {
  /** Whether the old credential works beside the new one until it is retired. */
  readonly oldWorksBeside: boolean;
  /** Whether the new version names another user than the old one. */
  readonly changesUsername: boolean;
  /** Whether the old credential ends in the moment of promotion. */
  readonly switches: boolean;
  /** How long the switch takes where nothing is wrong, or setting what works beside, in milliseconds; absent: a moment. */
  readonly switchTime?: number;
  /** The new value is known only in finishSecret, so the secret can have no other credential. */
  readonly rolls?: true;
  /** The old credential ends by itself so long after createSecret, in milliseconds. */
  readonly endsOldAfter?: number;
  /** The new credential ends by itself so long after createSecret, in milliseconds. */
  readonly expiresAfter?: number;
  /** How long ending the old credential takes where nothing is wrong, in milliseconds, e.g. disabled before it is deleted. */
  readonly endingTime?: number;
}

/**
 * What a type of credentials brings to rotation.yml and to a deployment. The manifest gives a type only entries and
 * specs of its own, so that each may declare those that it knows (parameters of methods are bivariant).
 */
export interface CredentialType {
  /** For editors, e.g. `A PostgreSQL login.` */
  readonly description: string;
  /** The keys of a short entry, for messages and editors. */
  readonly example: Readonly<Record<string, string>>;
  readonly place: Place;
  /** Keys of a credential beside `type`. All are optional: `complete` complains of what is missing. */
  readonly ownKeys: z.ZodRawShape;
  /** Keys that may also stand under `defaults`. Types that share such a key share its schema. */
  readonly sharedKeys: z.ZodRawShape;

  /** Fills in every default. Problems go to `entry.complain`; the result of an entry with problems is not used. */
  complete(entry: CredentialEntry): CredentialSpec;

  /** The fields that a rotation writes. The whole secret is one of them where the secret is plain text. */
  writes(spec: CredentialSpec): readonly Claim[];

  /**
   * Why two credentials of one secret, both of this type, are the same one although they write different fields.
   * @param name of the other, for the message: `credentials.0`
   */
  sameAs?(spec: CredentialSpec, other: CredentialSpec, name: string): string | undefined;

  /** Other secrets that rotating it reads, e.g. an administrator's. */
  reads(spec: CredentialSpec): readonly ReadSecret[];

  /** What the functions that rotate and retire it call of AWS, beside its secret. */
  grants?(spec: CredentialSpec): Grants;
}

/** The values that an entry may have for these keys. */
export type KeysOf<Shape extends z.ZodRawShape> = {
  readonly [Key in keyof Shape]?: z.output<Shape[Key]> | undefined;
};

/** One credential of rotation.yml; its keys have the form that its type declares. */
export interface CredentialEntry<Keys extends object = object> {
  /** As rotation.yml names it. */
  readonly type: string;
  /** Whether the manifest says so, for this credential or under defaults. */
  readonly isTypeDeclared: boolean;
  /** The types that the secret itself may name instead; absent where the type is declared. */
  readonly alternatives?: readonly string[] | undefined;
  /** Those of the entry, and those of the defaults that the entry leaves out. */
  readonly keys: Keys;
  /** Of its secret: name or ARN. */
  readonly secret: string;
  readonly stage: string;
  /** The manifest's folder, in which other files are looked for. */
  readonly folder: string;
  /** Whether the entry itself has this key, and not the defaults. */
  isOwn(key: string): boolean;
  /** The KMS key of another secret, as the manifest has it. */
  kmsKeyOf(secret: string): string | undefined;
  /** Complains if this ARN is of another Region or account than the others. */
  oneHome(path: Path, arn: string): void;
  /** @param path from the credential, e.g. `["admin", "secret"]`; a key of the defaults is found there */
  complain(path: Path, problem: string): void;
}

/** A field of the secret that a rotation writes. What one credential names twice in the same words is its type's to refuse. */
export interface Claim {
  /** The key that names it, e.g. `["fields", "password"]`. */
  readonly role: Path;
  readonly field: string;
  /** Only if the secret has it: it is a usual name, which the manifest leaves out. */
  readonly isPossible?: boolean;
}

/** Another secret that a credential needs to read, and its KMS key if it has one of its own. */
interface ReadSecret {
  /** Its name or ARN. */
  readonly secret: string;
  readonly kmsKey?: string | undefined;
}
