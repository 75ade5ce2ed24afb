import { loginType } from "../login/type.ts";
import { mysqlStrategies } from "./traits.ts";

export const type = loginType(
  "A login of a MySQL server.",
  async () => (await import("./rotator.ts")).rotator,
  mysqlStrategies,
);
