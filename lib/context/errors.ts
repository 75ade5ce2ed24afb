import { RotationError } from "../errors.ts";

/** The payload is not what settlement asks of the functions that it invokes. */
export class InvalidRequest extends RotationError {
  constructor(problem: string) {
    super({
      code: "INVALID_REQUEST",
      happened: `Not a request that settlement sends: ${problem}.`,
      remedy:
        "Settlement invokes this function with { action, secret, version }, or with { secret, version } to mirror. It does not accept rotation events.",
    });
  }
}
