import { loginRotator } from "../login/rotator.ts";
import { redis } from "./redis.ts";
import { redisTraits } from "./traits.ts";

export const rotator = loginRotator(redis, redisTraits);
