import { loginRotator } from "../login/rotator.ts";
import { mongodb } from "./mongodb.ts";
import { mongodbTraits } from "./traits.ts";

export const rotator = loginRotator(mongodb, mongodbTraits);
