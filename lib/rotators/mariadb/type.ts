import { loginType } from "../login/type.ts";
import { mariadbStrategies } from "./traits.ts";

export const type = loginType(
  "A login of a MariaDB server.",
  async () => (await import("./rotator.ts")).rotator,
  mariadbStrategies,
);
