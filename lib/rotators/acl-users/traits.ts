import { type EngineStrategies, strategyTraits } from "../login/traits.ts";
import { changeTime } from "./following.ts";

/** The rotator with which users log in. */
export const server = "redis";

/** The function that rotates waits for the change that it has asked for. */
export const aclTraits = { ...strategyTraits["two-passwords"], switchTime: changeTime };

export const aclStrategies: EngineStrategies = { "two-passwords": { needsAdmin: false } };
