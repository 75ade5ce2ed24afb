import { loginType } from "../login/type.ts";
import { mongodbStrategies } from "./traits.ts";

export const type = loginType(
  "A login of a MongoDB server, or of Amazon DocumentDB.",
  async () => (await import("./rotator.ts")).rotator,
  mongodbStrategies,
);
