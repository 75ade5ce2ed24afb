import { type EngineStrategies, strategyTraits } from "../login/traits.ts";

/**
 * A change of the master password is asynchronous. How long it takes is documented nowhere; a rotation waits for this
 * long, in milliseconds, and the next attempt goes on.
 */
export const masterTraits = { ...strategyTraits["in-place"], switchTime: 240_000 };

export const masterStrategies: EngineStrategies = { "in-place": { needsAdmin: false } };
