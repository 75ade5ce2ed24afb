import { RotationError } from "../../../lib/errors.ts";

export class ToyFailed extends RotationError {
  constructor(address: string, action: string) {
    super({
      code: "TOY_FAILED",
      retryable: true,
      happened: `${address} could not ${action}.`,
      remedy: "Start the toy.",
    });
  }
}
