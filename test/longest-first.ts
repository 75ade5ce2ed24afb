import { relative } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * The files of tests that take longest, longest first (the end of a run lists the first ten). Whichever of them began
 * last would have the machine for itself at the end. Vitest knows how long files took only where they ran before.
 */
export const longest = [
  "test/lab/crash/emergency.test.ts",
  "test/lab/bench.test.ts",
  "test/cli/emergency.test.ts",
  "test/examples.test.ts",
  "test/leak/emergency.test.ts",
  "test/lib/emergency/repair.test.ts",
  "test/lib/settlement/settle.test.ts",
  "test/infra/package.test.ts",
  "test/lib/settlement/mirror.test.ts",
  "test/lib/settlement/stuck.test.ts",
  "test/lab/crash/rotation.test.ts",
  "test/lab/crash/settlement.test.ts",
  "test/lab/demo.test.ts",
  "test/standin/ecs-rollout.contract.test.ts",
  "test/trial/trial.test.ts",
  "test/leak/alternating-users.test.ts",
  "test/lab/crash/kill.test.ts",
  "test/lab/main.test.ts",
  "test/standin/aws-cli.test.ts",
  "test/cli/validate.test.ts",
  "test/lib/emergency/leaked.test.ts",
  "test/lab/conformance.test.ts",
  "test/lab/examples/run.test.ts",
  "test/functions/rotate-iam.test.ts",
  "test/functions/watch.test.ts",
  "test/infra/template.test.ts",
  "test/lab/walk-real.test.ts",
  "test/build/bundle.test.ts",
  "test/lib/rotators/postgres/pairs.test.ts",
  "test/leak/mixed.test.ts",
  "test/leak/in-place.test.ts",
  "test/lab/downtime.test.ts",
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const index = longest.indexOf(relative(this.ctx.config.root, moduleId));
      return index < 0 ? longest.length : index;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}
