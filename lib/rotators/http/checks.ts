import { keyChecks } from "../key/checks.ts";
import { httpProvider } from "./provider.ts";
import type { HttpSpec } from "./spec.ts";

export const checks = keyChecks({
  provider: (spec: HttpSpec) => httpProvider(spec),
  admin: ({ admin }: HttpSpec) => admin,
  checkedOn: ({ preset }: HttpSpec) => preset.checked.on,
  isUserBound: ({ preset }: HttpSpec) => preset.userBound ?? false,
});
