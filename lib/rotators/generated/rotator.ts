import { GeneratedCredential } from "./credential.ts";
import type { GeneratedSpec } from "./value.ts";

export const rotator = {
  credential: (spec: GeneratedSpec) => new GeneratedCredential(spec),
};
