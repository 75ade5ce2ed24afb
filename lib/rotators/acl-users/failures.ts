import { PasswordRejected } from "../login/server-errors.ts";
import { AclUserBusy, AclUserMissing, AclUserUnusable } from "./errors.ts";

/**
 * What ElastiCache and MemoryDB answer, by the error's name alone: bundles have no classes of errors, whose names end with
 * `Fault` or `Exception` (API references, ModifyUser and UpdateUser). Messages are not read, because they may echo the
 * input.
 */
const reasons: readonly (readonly [RegExp, (user: string) => Error])[] = [
  [/^UserNotFound/, (user) => new AclUserMissing(user)],
  [/^InvalidUserState/, (user) => new AclUserBusy(user, "not active")],
  [
    /^InvalidParameterValue/,
    (user) =>
      new PasswordRejected(
        `AWS, for ${user},`,
        "InvalidParameterValue",
        "AWS takes passwords of 16 to 128 printable characters: set password in rotation.yml to what it demands, and check that the user is not the built-in default one, which cannot be changed.",
      ),
  ],
  [
    /^InvalidParameterCombination/,
    (user) =>
      new AclUserUnusable(
        user,
        "AWS refuses the request (InvalidParameterCombination)",
        "Look at the user in the console: it must log in with passwords, and not be the built-in default one.",
      ),
  ],
];

/** @returns what was thrown, where it is none of the service's own answers */
export function explained(thrown: unknown, user: string): unknown {
  if (!(thrown instanceof Error)) return thrown;
  const { name } = thrown;
  return reasons.find(([pattern]) => pattern.test(name))?.[1](user) ?? thrown;
}
