import { RotationError } from "../../errors.ts";

/** The owner of a pair does not exist. */
export class UsersMissing extends RotationError {
  constructor(address: string, owner: string, remedy: string) {
    super({
      code: "USERS_MISSING",
      happened: `${address} has no user ${owner}, which must own what the application creates.`,
      remedy,
    });
  }
}

/** A user with the clone's name exists, and was made neither by Quarterturn nor by the AWS template. */
export class CloneForeign extends RotationError {
  constructor(address: string, clone: string, owner: string, remedy: string) {
    super({
      code: "CLONE_FOREIGN",
      happened: `${address} already has a user ${clone} that was not made to stand in for ${owner}; it was not touched.`,
      remedy,
    });
  }
}

/** The user that would get a new password is in use, or may be: a consumer still holds its old one. */
export class OtherUserInUse extends RotationError {
  /** @param use its sessions; `held`: it works with a password that the secret held until somebody moved AWSCURRENT */
  constructor(address: string, username: string, use: number | "held") {
    const next = `User ${username} on ${address} is next in turn but`;
    super({
      code: "OTHER_USER_IN_USE",
      retryable: true,
      happened:
        use === "held"
          ? `${next} AWSCURRENT was moved away from a version that still logs in as it, so a consumer may hold its password; it was not changed.`
          : `${next} has ${use} open sessions, so a consumer still holds its password; it was not changed.`,
      remedy:
        use === "held"
          ? "If AWSCURRENT is refused now, move it back to that version. Otherwise settlement retires that version first; then rotate again."
          : "Restart the consumers that use it (they will get AWSCURRENT), then rotate again.",
    });
  }
}

/** A third password would end the second one of the user, which a consumer may hold. */
export class OtherPasswordInUse extends RotationError {
  constructor(address: string, username: string) {
    super({
      code: "OTHER_PASSWORD_IN_USE",
      retryable: true,
      happened: `AWSCURRENT was moved away from a version that still logs in as user ${username} on ${address}, so a consumer may hold its password; a user has two at most, so none was added.`,
      remedy:
        "If AWSCURRENT is refused now, move it back to that version. Otherwise settlement retires that version first; then rotate again.",
    });
  }
}

/** The clone logs in but does not fully act as the owner: the other user could not use what it creates. */
export class StandInIncomplete extends RotationError {
  constructor(address: string, username: string, owner: string, problem: string, remedy: string) {
    super({
      code: "STAND_IN_INCOMPLETE",
      happened: `User ${username} on ${address} does not fully act as ${owner}: ${problem}.`,
      remedy,
    });
  }
}

/** The server does not make the clone act as the owner, at every login and for as long as it is logged in. */
export class RoleSettingLost extends RotationError {
  constructor(address: string, clone: string, version: string, when: string, remedy: string) {
    super({
      code: "ROLE_SETTING_LOST",
      happened: `${address} runs ${version}, which loses a user's role setting ${when}: what ${clone} creates could belong to it alone.`,
      remedy,
    });
  }
}

/** The second user cannot be given something of the owner's, so the application could miss it after promotion. */
export class NotCarried extends RotationError {
  constructor(address: string, clone: string, owner: string, what: string, remedy: string) {
    super({
      code: "NOT_CARRIED",
      happened: `${address}: ${what} of user ${owner} cannot be given to its second user ${clone}, so nothing was changed.`,
      remedy,
    });
  }
}
