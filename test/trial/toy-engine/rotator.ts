import { loginRotator } from "../../../lib/rotators/login/rotator.ts";
import { toyEngine } from "./engine.ts";

export const rotator = loginRotator(toyEngine, {
  engineNames: ["toy"],
  defaultPort: 7777,
  defaultDatabase: "toys",
  maxUsernameLength: 20,
});
