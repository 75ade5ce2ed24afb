import { loginRotator } from "../login/rotator.ts";
import { postgres } from "./postgres.ts";
import { postgresTraits } from "./traits.ts";

export const rotator = loginRotator(postgres, postgresTraits);
