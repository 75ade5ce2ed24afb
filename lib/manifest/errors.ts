import { RotationError } from "../errors.ts";
import { type Remark, remarkText } from "./remark.ts";

/** rotation.yml is not usable; found when the functions are built. */
export class InvalidManifest extends RotationError {
  readonly problems: readonly Remark[];

  constructor(problems: readonly Remark[]) {
    const lines = problems.map((problem) => `  ${remarkText(problem)}`).join("\n");
    super({
      code: "INVALID_MANIFEST",
      happened: `The manifest has ${problems.length === 1 ? "a problem" : `${problems.length} problems`}:\n${lines}\n`,
      remedy: "Correct it and build again; nothing was changed.",
    });
    this.problems = problems;
  }
}
