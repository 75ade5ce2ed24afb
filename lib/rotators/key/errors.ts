import { RotationError } from "../../errors.ts";
import { rotateLeaked } from "../../secret/leak.ts";
import type { KeyEntry } from "./provider.ts";

/** The provider cannot be reached, or answers what says nothing about its keys. */
export class ProviderUnavailable extends RotationError {
  override impact: RotationError["impact"] = "unknown";

  /** @param why e.g. `POST /api-keys answered HTTP 502`; never a value */
  constructor(provider: string, why: string, remedy?: string) {
    super({
      code: "PROVIDER_UNAVAILABLE",
      retryable: true,
      subject: provider,
      happened: `${provider} gave no usable answer: ${why}.`,
      remedy:
        remedy ??
        "Check the provider's status page. If its answers have changed, correct its preset in rotation.yml.",
    });
  }
}

/** The provider asks to wait longer than this invocation lasts. */
export class ProviderBusy extends RotationError {
  /** @param seconds that it asks to wait; absent: it does not say */
  constructor(provider: string, seconds?: number) {
    const wait = seconds === undefined ? "" : `, and asks to wait ${seconds} s`;
    super({
      code: "PROVIDER_BUSY",
      retryable: true,
      subject: provider,
      happened: `${provider} limits the rate of requests${wait}.`,
      remedy:
        "Nothing to do: it is retried automatically. If it persists, see what else uses this account.",
    });
  }
}

/** The provider refuses the administrator's credential, or does not let it manage keys. */
export class AdminKeyRefused extends RotationError {
  /**
   * @param admin the secret that holds it, e.g. `production/api-keys/resend-admin`, or `the role of this function`
   * @param what it was to do, e.g. `create keys`
   */
  constructor(provider: string, admin: string, what: string, remedy?: string) {
    super({
      code: "ADMIN_KEY_REFUSED",
      subject: admin,
      happened: `${provider} does not let ${admin} ${what}.`,
      remedy:
        remedy ??
        "Put a working credential that may manage keys into that secret; docs/providers.md says which one.",
    });
  }
}

/** There is no room for a new key; nothing is freed that is not ours. */
export class KeysFull extends RotationError {
  /** @param entries what is there */
  constructor(provider: string, entries: readonly KeyEntry[], maxKeys?: number) {
    const most = maxKeys === undefined ? "" : ` (at most ${maxKeys})`;
    const names = entries.map(({ id, name }) => (name === undefined ? id : `${name} (${id})`));
    const [shown, more] = [names.slice(0, 10), names.length - 10];
    const list = shown.join(", ") + (more > 0 ? ` and ${more} more` : "");
    super({
      code: "KEYS_FULL",
      subject: provider,
      happened: `${provider} has no room for another key${most}; it has ${list || "keys that cannot be listed"}.`,
      remedy:
        "Delete a key that nobody uses. Quarterturn never deletes keys that it did not create.",
    });
  }
}

/** The key of AWSCURRENT is refused. */
export class KeyRefused extends RotationError {
  override impact: RotationError["impact"] = "outage";

  /** @param key e.g. `the key in api_key` */
  constructor(provider: string, key: string, remedy: string) {
    super({
      code: "KEY_REFUSED",
      subject: key,
      happened: `${provider} refuses ${key} of AWSCURRENT.`,
      remedy,
    });
  }
}

/** What to do where Quarterturn makes the keys. @param secret its name */
export const replaceKey = (secret: string) =>
  `Start a rotation: it makes a new key and promotes it at once. If it is refused as UNSETTLED, because an old key is still to be retired, remove AWSPENDING and have both replaced: ${rotateLeaked(secret)}`;

/** What to do where people make them. @param secret its name */
export const supplyKey = (secret: string) =>
  `Create a key in its provider's console, and hand it over: npm run supply -- ${secret}. If it is refused as UNSETTLED, because an old key is still to be retired, put it into the secret with PutSecretValue: settlement continues automatically.`;

/** A new key was created, and did not become usable in its time. */
export class KeyNotAlive extends RotationError {
  /** @param last what the provider said last, e.g. `dead` */
  constructor(provider: string, key: string, seconds: number, last: string) {
    super({
      code: "KEY_NOT_ALIVE",
      retryable: true,
      subject: key,
      happened: `${provider} has not accepted ${key} of AWSPENDING steadily within ${seconds} s (last answer: ${last}).`,
      remedy:
        "If the next attempts fail, too: remove AWSPENDING and start a fresh rotation, which makes another key.",
      undo: "removePending",
    });
  }
}

/** The new key belongs to another account than the old one, or has other rights. */
export class KeyDiffers extends RotationError {
  /** @param what `account` or `rights` */
  constructor(key: string, what: string, current: string, pending: string) {
    super({
      code: "KEY_DIFFERS",
      subject: key,
      happened: `${key}: the ${what} of the new key (${pending}) is not that of AWSCURRENT's (${current}).`,
      remedy:
        "Remove AWSPENDING. Correct what rotation.yml says about the key, or AWSCURRENT, and start a fresh rotation.",
      undo: "removePending",
    });
  }
}
