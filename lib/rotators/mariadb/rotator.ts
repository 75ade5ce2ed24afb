import { loginRotator } from "../login/rotator.ts";
import { mariadb } from "./mariadb.ts";
import { mariadbTraits } from "./traits.ts";

export const rotator = loginRotator(mariadb, mariadbTraits);
