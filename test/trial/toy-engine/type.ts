import { loginType } from "../../../lib/rotators/login/type.ts";

export const type = loginType(
  "A login of a toy.",
  async () => (await import("./rotator.ts")).rotator,
  { "alternating-users": { needsAdmin: true }, "in-place": { needsAdmin: false } },
);
