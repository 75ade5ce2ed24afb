import type { LoginKeys } from "./keys.ts";
import { defaultPolicy, entropyBits, minimumEntropy, type PasswordPolicy } from "./password.ts";

const kinds = {
  lower: /[a-z]/,
  upper: /[A-Z]/,
  digit: /[0-9]/,
  symbol: /[^a-zA-Z0-9]/,
};

/** The policy that the key `password` means. */
export function passwordPolicy(
  password: LoginKeys["password"],
  complain: (problem: string) => void,
): PasswordPolicy {
  if (!password) return defaultPolicy;
  const characters = [...new Set(password.characters ?? defaultPolicy.characters)].join("");
  const required = new Set(password.require ?? (["lower", "upper", "digit"] as const));
  const groups: string[] = [];
  for (const kind of required) {
    const group = [...characters].filter((character) => kinds[kind].test(character)).join("");
    if (group !== "") groups.push(group);
    else complain(`characters has no ${kind}: add some, or list under require what must occur`);
  }
  const policy = { length: password.length ?? defaultPolicy.length, characters, require: groups };
  const bits = entropyBits(policy);
  if (bits < minimumEntropy) {
    const length = Math.ceil(minimumEntropy / Math.log2(characters.length)) + 1;
    const longer = characters.length > 1 ? `set length to ${length} or ` : "";
    complain(
      `has ${bits.toFixed(1)} bits of entropy, at least ${minimumEntropy} are required: ${longer}allow more characters`,
    );
  }
  return policy;
}
