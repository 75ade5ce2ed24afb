import { expect } from "vitest";
import { Secret } from "../lib/secret/secret.ts";

/** Without this, vitest finds any two Secrets equal: it does not see private fields. */
expect.addEqualityTesters([
  (a: unknown, b: unknown) => {
    if (!(a instanceof Secret) && !(b instanceof Secret)) return undefined;
    return a instanceof Secret && b instanceof Secret && a.equals(b);
  },
]);
