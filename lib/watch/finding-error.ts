import { type Failure, RotationError } from "../errors.ts";

/** What the hourly look finds wrong with a secret of the manifest. */
export abstract class FindingError extends RotationError {
  override safety = {
    full: "yes, as far as can be seen from outside: AWSCURRENT was not replaced.",
    brief: "Production is safe.",
  };
  override readonly next: string =
    "it looks again every hour. You get one more message, when this is over.";
}

/** The words of a command about a secret. */
export const aws = (operation: string, secret: string, ...words: string[]) => [
  "secretsmanager",
  operation,
  "--secret-id",
  secret,
  ...words,
];

export const toRotate = (secret: string): Pick<Failure, "cure"> => ({
  cure: { to: "To rotate it now", words: aws("rotate-secret", secret) },
});

/** For people, e.g. `2026-03-01 12:00 UTC`. */
export const minute = (date: Date) => `${date.toISOString().slice(0, 16).replace("T", " ")} UTC`;
