import { RotationError } from "../errors.ts";
import { commandFor } from "./rollback-errors.ts";

/** A repair had to rotate, and that rotation fails. */
export class RepairFailed extends RotationError {
  constructor(secret: string, step: string, code: string) {
    super({
      code: "REPAIR_FAILED",
      happened: `${secret} is not repaired: the rotation that repairs it fails in ${step} with ${code}.`,
      remedy: `Do what the runbook says about ${code}, then run the same command again.`,
    });
  }
}

/** Only a rotation that ends sessions can repair the secret, and nobody allowed that. */
export class NeedsEndSessions extends RotationError {
  constructor(secret: string, why: string) {
    super({
      code: "NEEDS_END_SESSIONS",
      happened: `${secret} is not repaired: ${why}.`,
      remedy: `Redeploy what uses that user, and run the same command again. Or let the repair end its sessions, and redeploy afterwards: ${commandFor("repair", secret)} --end-sessions`,
    });
  }
}

/** The server accepts nothing that the secret holds, and no rotation can change that. */
export class LockedOut extends RotationError {
  override impact: RotationError["impact"] = "outage";

  constructor(secret: string, credential: string, remedy: string) {
    super({
      code: "LOCKED_OUT",
      happened: `CRITICAL: no version of ${secret} is accepted: ${credential}.`,
      remedy,
    });
  }
}
