import type { Document } from "./bson.ts";

/** The server answers with an error. Its text may quote the command, so only its number is kept. */
export class CommandFailed extends Error {
  /** As MongoDB's `error_codes.yml` has it; 0 where the answer has none. */
  readonly number: number;

  constructor(number: number) {
    super("");
    this.number = number;
  }
}

/**
 * Also a write that was refused, or that too few members have confirmed.
 * @throws CommandFailed
 */
export function requireDone(answer: Document): Document {
  const failure = answer.get("ok")?.isTrue
    ? (answer.documents("writeErrors")[0] ?? answer.get("writeConcernError")?.document)
    : answer;
  if (failure) throw new CommandFailed(failure.get("code")?.number ?? 0);
  return answer;
}

/** The server knows no way to prove the password, or not this one. */
export class MechanismRefused extends Error {}

/** No server that could be asked takes changes. */
export class NoPrimary extends Error {}
