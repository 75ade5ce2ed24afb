import {
  defaultPolicy,
  entropyBits,
  minimumEntropy,
  type PasswordPolicy,
} from "../rotators/login/password.ts";
import type { CredentialFile } from "./schema.ts";

const kinds = {
  lower: /[a-z]/,
  upper: /[A-Z]/,
  digit: /[0-9]/,
  symbol: /[^a-zA-Z0-9]/,
};

/** The policy that an entry means; what is wrong with it is told to `complain`. */
export function passwordPolicy(
  entry: CredentialFile["password"],
  complain: (problem: string) => void,
): PasswordPolicy {
  if (!entry) return defaultPolicy;
  const characters = [...new Set(entry.characters ?? defaultPolicy.characters)].join("");
  const required = new Set(entry.require ?? (["lower", "upper", "digit"] as const));
  const groups: string[] = [];
  for (const kind of required) {
    const group = [...characters].filter((character) => kinds[kind].test(character)).join("");
    if (group !== "") groups.push(group);
    else complain(`characters has no ${kind}: add some, or say in require what must occur`);
  }
  const made = { length: entry.length ?? defaultPolicy.length, characters, require: groups };
  const bits = entropyBits(made);
  if (bits < minimumEntropy) {
    const length = Math.ceil(minimumEntropy / Math.log2(characters.length)) + 1;
    const longer = characters.length > 1 ? `set length to ${length} or ` : "";
    complain(
      `passwords of this form carry ${bits.toFixed(1)} bits, ${minimumEntropy} are required: ${longer}allow more characters`,
    );
  }
  return made;
}
