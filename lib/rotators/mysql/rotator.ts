import { loginRotator } from "../login/rotator.ts";
import { mysql } from "./mysql.ts";
import { mysqlTraits } from "./traits.ts";

export const rotator = loginRotator(mysql, mysqlTraits);
