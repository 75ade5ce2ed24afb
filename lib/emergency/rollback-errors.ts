import { RotationError } from "../errors.ts";

/** The previous version cannot come back. AWSCURRENT was not moved. */
export class RollbackImpossible extends RotationError {
  /** In the middle of a sentence. */
  readonly why: string;

  constructor(secret: string, why: string, remedy: string) {
    super({
      code: "ROLLBACK_IMPOSSIBLE",
      happened: `${secret} cannot be rolled back: ${why}.`,
      remedy,
    });
    this.why = why;
  }
}

/** Commands on the same secret, for remedies. */
export const commandFor = (option: "rotate" | "leaked" | "repair", secret: string) =>
  `npm run emergency -- --${option} ${secret} --reason "…"`;
