import type { StepContext } from "../../rotation/credential.ts";
import type { Secret } from "../../secret/secret.ts";

/**
 * The values of one key by the name of their part. `secret` is always there; `id` is how the provider calls the key, and
 * no secret. Others belong to the provider, e.g. what it derives from the secret.
 */
export type KeyParts = ReadonlyMap<string, Secret<string>>;

/** A key as its provider lists it. Without a secret value. */
export interface KeyEntry {
  readonly id: string;
  /** As it was created with; absent where the provider keeps none. */
  readonly name?: string | undefined;
  readonly createdAt?: Date | undefined;
  /** `null`: never; absent: the provider does not tell. */
  readonly lastUsedAt?: Date | null | undefined;
  /** It is refused, and can be enabled again. */
  readonly isDisabled?: boolean | undefined;
}

/** What a provider says to one use of a key. Anything that is not surely one of the others is `unknown`. */
export type Outcome =
  | { readonly is: "alive" }
  /** It works, but not for what the probe asked: alive as well. */
  | { readonly is: "restricted" }
  | { readonly is: "dead" }
  /** Ask again after so many milliseconds. */
  | { readonly is: "wait"; readonly ms: number }
  /** @property why for messages, e.g. `HTTP 502`; without a value */
  | { readonly is: "unknown"; readonly why: string };

/** Who a key belongs to, and what it may do; each for comparison and for messages. */
export interface KeyFacts {
  readonly account?: string | undefined;
  readonly rights?: string | undefined;
}

/** A provider's answers may change back for a while. Times in milliseconds. */
interface Steady {
  /** So many equal answers in a row are believed; together they span the time for which answers may change. */
  readonly times: number;
  /** Between two of them. */
  readonly every: number;
  /**
   * `alive`: how long a new key may take to become so. `dead`: for how long it must have been refused before the last
   * answer counts; 0 where the answers in a row are enough.
   */
  readonly within: number;
}

/** What the strategies must know of a provider. Times in milliseconds. */
export interface ProviderTraits {
  /** Longest name of a key; at least 40. */
  readonly nameLength: number;
  /** Keys that may exist at once in `scope`; absent: nobody knows. */
  readonly maxKeys?: number | undefined;
  readonly alive: Steady;
  readonly dead: Steady;
  /** How far `lastUsedAt` may lag behind; absent where the provider tells no last use. */
  readonly lastUseLag?: number | undefined;
  /** A disabled key stays so for this time, in which somebody may enable it, before it is deleted. */
  readonly disabledFor?: number | undefined;
  /** Keys manage keys: AWSCURRENT's creates its successor, so that it cannot end before. */
  readonly actsByKey?: boolean | undefined;
  /** A key holds its id, which may be all that is secret in it (a DSN of Sentry): messages show the beginning alone. */
  readonly idInKey?: boolean | undefined;
  /** Creating a key starts the end of the old one, which comes by itself so much later: a roll with grace. */
  readonly endsOldAfter?: number | undefined;
  /** Where a person sees and deletes keys. */
  readonly console?: string | undefined;
}

/** What a provider may use in a step. */
export interface Access
  extends Pick<StepContext, "now" | "sleep" | "signal" | "readSecret" | "warn" | "leaked"> {
  /** The key of AWSCURRENT: where a key may manage its kind, it acts; a provider copies its rights. */
  readonly current: KeyParts;
}

/**
 * THE PORT of a service that issues keys. The administrator's credential, where the provider needs one, is read anew for
 * every call.
 *
 * Every call throws ProviderUnavailable when it cannot tell (network, TLS, HTTP 5xx, an answer of another form),
 * ProviderBusy when it was told to wait longer than it may, and AdminKeyRefused when the administrator's credential is
 * refused or lacks the right. The outcome of a change that threw is unknown.
 */
export interface Provider {
  /** For messages: `Resend`, `IAM user muejam-uploads`. */
  readonly name: string;
  /** The same text for credentials whose keys lie in one list, e.g. `iam 123456789012 muejam-uploads`. */
  readonly scope: string;
  readonly traits: ProviderTraits;

  /** Every key in `scope`, all pages of it. */
  list?(at: Access): Promise<readonly KeyEntry[]>;

  /**
   * Creates a key with the rights of `at.current`. Not idempotent. Absent only where `roll` or a person makes keys.
   * @param name distinctive; at most `traits.nameLength` of lower-case letters, digits and hyphens; begins with a letter
   * @throws KeysFull
   */
  create?(name: string, at: Access): Promise<KeyParts>;

  /** Replaces the key by another one: the old one is refused from now on. Not idempotent. */
  roll?(at: Access): Promise<KeyParts>;

  /** Proves, without effect, that `create` and `remove` are allowed, as far as that shows. @throws AdminKeyRefused */
  rehearse?(at: Access): Promise<void>;

  /** The values of a key that exists. Present if and only if the provider shows them again. */
  reveal?(entry: KeyEntry, at: Access): Promise<KeyParts>;

  /** The id of a key that we only hold; `undefined` when the provider does not know it. */
  identify?(key: KeyParts, at: Access): Promise<string | undefined>;

  /** Uses the key, with no other effect. Does not throw for what the provider answers. */
  probe(key: KeyParts, at: Access): Promise<Outcome>;

  /** Of a key that is alive. */
  facts?(key: KeyParts, at: Access): Promise<KeyFacts>;

  /** Makes a key unusable so that it can be enabled again. Idempotent. */
  disable?(id: string, at: Access): Promise<void>;

  /** Deletes a key for good. Idempotent: one that does not exist is deleted. Absent: only a person can. */
  remove?(id: string, at: Access): Promise<void>;

  /** Ends what was derived from a leaked key and outlives it. Idempotent. */
  endSessions?(id: string, at: Access): Promise<void>;
}
