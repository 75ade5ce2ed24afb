import { RotationError } from "../errors.ts";

/** The manifest asks for a type or strategy that these functions do not have. */
export class UnknownType extends RotationError {
  constructor(name: string) {
    super({
      code: "UNKNOWN_TYPE",
      happened: `The manifest asks for ${name}, which this function does not know.`,
      remedy: "Correct rotation.yml and deploy; npm run build checks it.",
    });
  }
}
