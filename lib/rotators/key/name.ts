import { createHash } from "node:crypto";
import type { StepContext } from "../../rotation/credential.ts";

const alphabet = "abcdefghijklmnopqrstuvwxyz234567";

/** Ten characters of Base32: 50 bits. */
function digest(...texts: readonly string[]): string {
  const bytes = createHash("sha256").update(texts.join("\0")).digest().subarray(0, 10);
  return Array.from(bytes, (byte) => alphabet[byte % 32]).join("");
}

/** Who a key is made for: the secret, and the field that holds the key. */
export interface KeyOwner {
  readonly secret: StepContext["secret"];
  readonly field: string;
}

/**
 * What the names of all keys of one credential begin with: `qt-resend-k3v…-`. The ARN tells apart secrets of the same
 * name in other accounts and Regions, whose keys may lie in the same account of the provider.
 */
export function namePrefix({ secret: { name, arn }, field }: KeyOwner): string {
  const last = name.toLowerCase().split("/").at(-1) ?? "";
  const label = last.replace(/[^a-z0-9]+/g, "-").replace(/^-+/, "");
  return `qt-${label.slice(0, 14).replace(/-+$/, "") || "key"}-${digest(arn, field)}-`;
}

/** Whether a key was made for another credential, perhaps of another account: it is nobody's to end but that one's. */
export const isOfAnother = (name: string, owner: KeyOwner): boolean =>
  /^qt-[a-z0-9-]+-[a-z2-7]{10}-[a-z2-7]{10}$/.test(name) && !name.startsWith(namePrefix(owner));

/** At most 39 characters. A retry with the same token finds its own key by this name. */
export const keyName = (owner: KeyOwner, token: string) => namePrefix(owner) + digest(token);
