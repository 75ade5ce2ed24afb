import { explaining } from "../login/aws-answers.ts";
import { PasswordRejected } from "../login/server-errors.ts";
import { AclUserBusy, AclUserMissing, AclUserUnusable } from "./errors.ts";

/** What ElastiCache and MemoryDB answer; names end with `Fault` or `Exception` (API references, ModifyUser and UpdateUser). */
export const explained = explaining([
  [/^UserNotFound/, (user) => new AclUserMissing(user)],
  [/^InvalidUserState/, (user) => new AclUserBusy(user, "not active")],
  [
    /^InvalidParameterValue/,
    (user) =>
      new PasswordRejected(
        `AWS, for ${user},`,
        "InvalidParameterValue",
        "AWS accepts passwords of 16 to 128 printable characters: set password in rotation.yml accordingly, and check that the user is not the built-in default one, which cannot be changed.",
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
]);
