import { KeyCredential } from "../key/credential.ts";
import { RolledKey } from "../key/rolled-key.ts";
import { SuppliedCredential } from "../supplied/credential.ts";
import { isSuppliedSpec } from "../supplied/value.ts";
import { httpProvider } from "./provider.ts";
import type { HttpSpec } from "./spec.ts";

export const rotator = {
  credential(spec: HttpSpec) {
    const provider = httpProvider(spec);
    if (isSuppliedSpec(spec)) return new SuppliedCredential(spec, { provider });
    return spec.traits.rolls ? new RolledKey(spec, provider) : new KeyCredential(spec, provider);
  },
};
