import { describe, it } from "vitest";

/**
 * Tests that need what this machine may not have. Without it they are a failure in CI; elsewhere one skipped test says what
 * is missing, which skipped-tests.ts prints at the end.
 * @param missing what is missing, and how to get it; `undefined` where all is there
 */
export function describeNeeding(
  missing: string | undefined,
  name: string,
  options: { readonly timeout?: number; readonly tags?: "ci" },
  tests: () => void,
): void {
  if (missing === undefined) describe(name, options, tests);
  else describe(name, () => cannotRun(missing));
}

/** The one test in place of those that cannot run here. @param missing what is missing, and how to get it */
export function cannotRun(missing: string): void {
  it("is run where nothing is missing", ({ skip }) => {
    if (process.env["CI"]) throw new Error(missing);
    skip(missing);
  });
}
