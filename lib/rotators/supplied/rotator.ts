import { SuppliedCredential } from "./credential.ts";
import type { SuppliedSpec } from "./value.ts";

export const rotator = {
  credential: (spec: SuppliedSpec) => new SuppliedCredential(spec),
};
