import { RotationError } from "../errors.ts";

/** rotation.yml is not usable; found when the functions are built. */
export class InvalidManifest extends RotationError {
  /** `file:line: path: what is wrong and what to do`. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super({
      code: "INVALID_MANIFEST",
      happened: `The manifest has ${problems.length === 1 ? "a problem" : `${problems.length} problems`}:\n${problems.map((problem) => `  ${problem}`).join("\n")}\n`,
      remedy: "Correct it and build again; nothing was changed.",
    });
    this.problems = problems;
  }
}
