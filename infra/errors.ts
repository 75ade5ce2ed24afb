import { RotationError } from "../lib/errors.ts";

/** The parameters (`--param`) cannot be deployed. */
export class InvalidParameters extends RotationError {
  constructor(problems: readonly string[]) {
    super({
      code: "INVALID_PARAMETERS",
      happened: `The parameters have ${problems.length === 1 ? "a problem" : `${problems.length} problems`}:\n${problems.map((problem) => `  ${problem}`).join("\n")}\n`,
      remedy: "Correct them (docs/deploy.md lists all) and try again; nothing was changed.",
    });
  }
}
