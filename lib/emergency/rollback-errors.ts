import { RotationError } from "../errors.ts";

/** The previous version cannot come back. AWSCURRENT was not moved. */
export class RollbackImpossible extends RotationError {
  constructor(secret: string, why: string, remedy: string) {
    super({
      code: "ROLLBACK_IMPOSSIBLE",
      happened: `${secret} cannot be rolled back: ${why}.`,
      remedy,
    });
  }
}

/** Commands on the same secret, for remedies. */
export const commandFor = (option: "rotate" | "leaked" | "repair", secret: string) =>
  `npm run emergency -- --${option} ${secret} --reason "…"`;
