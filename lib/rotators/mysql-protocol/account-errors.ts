import { RotationError } from "../../errors.ts";

/** No account has the name, or several have it: each host's is an account of its own, with a password of its own. */
export class AccountUnclear extends RotationError {
  /** @param hosts of the accounts */
  constructor(address: string, username: string, hosts: readonly string[]) {
    const several = `has accounts named ${username} (for ${hosts.join(", ")}), and an administrator cannot tell which of them, if any, the application uses`;
    super({
      code: "ACCOUNT_UNCLEAR",
      happened: `${address} ${hosts.length === 0 ? `has no account named ${username}` : several}.`,
      remedy:
        hosts.length === 0
          ? "Create the user with the rights that the application needs, or correct the user in the secret."
          : "Set the password of the right account by hand, and put it into the secret with PutSecretValue: a user that logs in changes its own account. Or drop the accounts that nobody uses.",
    });
  }
}

/** A change of the user's password would leave another one valid, so the old credential could not be ended. */
export class SeveralPasswords extends RotationError {
  constructor(address: string, username: string, remedy: string) {
    super({
      code: "SEVERAL_PASSWORDS",
      happened: `${address}: user ${username} has several passwords, and a rotation in place replaces one of them.`,
      remedy,
    });
  }
}

/** The server has no way to a second password. Nothing was tried: an attempt could use the new one up. */
export class SecondPasswordImpossible extends RotationError {
  constructor(address: string, why: string, remedy: string) {
    super({
      code: "SECOND_PASSWORD_IMPOSSIBLE",
      happened: `${address} cannot give a user a second password: ${why}. Nothing was changed.`,
      remedy,
    });
  }
}
