import { RotationError } from "../../errors.ts";

/** The account has no such instance or cluster in this Region. @param database e.g. `the RDS instance main` */
export class DatabaseMissing extends RotationError {
  constructor(database: string) {
    super({
      code: "RDS_NOT_FOUND",
      happened: `There is no ${database.replace(/^the /, "")} in this account and Region.`,
      remedy:
        "Correct instance or cluster in rotation.yml: `aws rds describe-db-instances` and `describe-db-clusters` list the identifiers.",
    });
  }
}

/** RDS takes no change now. */
export class DatabaseBusy extends RotationError {
  /** @param status RDS's own word */
  constructor(database: string, status: string) {
    super({
      code: "RDS_NOT_AVAILABLE",
      retryable: true,
      subject: database,
      happened: `RDS does not accept a new master password for ${database} while its status is ${status}.`,
      remedy:
        "It is retried automatically. If the database is stopped, start it; if the status persists, check its events in the RDS console.",
    });
  }
}

/** The manifest names a database whose master password cannot be changed, or is not what the secret holds. */
export class MasterUnusable extends RotationError {
  constructor(database: string, problem: string, remedy: string) {
    super({
      code: "RDS_MASTER_UNUSABLE",
      subject: database,
      happened: `The master password of ${database} is not rotated: ${problem}.`,
      remedy,
    });
  }
}

/** RDS took the change, and says that nothing is under way any more; the old password is still accepted. */
export class PasswordNotTaken extends RotationError {
  constructor(database: string) {
    super({
      code: "RDS_PASSWORD_NOT_TAKEN",
      subject: database,
      happened: `RDS accepted the new master password of ${database} but did not set it; the old one still works.`,
      remedy:
        "Read the database's events in the RDS console: a password policy inside the database may refuse it, e.g. validate_password; then set password in rotation.yml to what it demands.",
    });
  }
}
