import type { CredentialEntry } from "../../manifest/type.ts";
import type { LoginKeys } from "../login/keys.ts";
import { loginType } from "../login/type.ts";
import { redisStrategies } from "./traits.ts";

const login = loginType(
  "A login of a Redis server.",
  async () => (await import("./rotator.ts")).rotator,
  redisStrategies,
);

export const redis = {
  ...login,
  complete(entry: CredentialEntry<LoginKeys>) {
    const { strategy, passwordForm } = entry.keys;
    if (passwordForm === "plaintext" && strategy !== "in-place")
      entry.complain(
        ["passwordForm"],
        "plaintext is for servers whose users cannot be changed: it sets requirepass, in place. Write `strategy: in-place`, or remove it: every other server accepts a hash",
      );
    // One rotator for both names.
    return { ...login.complete(entry), type: "redis" };
  },
};

/** The same protocol, commands and rotator under the name that its users look for. */
export const valkey = { ...redis, description: "A login of a Valkey server." };
