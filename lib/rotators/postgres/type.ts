import { loginType } from "../login/type.ts";
import { postgresStrategies } from "./traits.ts";

export const type = loginType(
  "A login of a PostgreSQL server.",
  async () => (await import("./rotator.ts")).rotator,
  postgresStrategies,
);
