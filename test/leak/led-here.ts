/**
 * Imported ahead of a function, or of a command: the internet is what `on-loopback.ts` plays, and waits are short. Checks of
 * addresses and of certificates are the product's own.
 */
import "../../lab/providers/on-loopback.ts";
import { syncBuiltinESMExports } from "node:module";
import timers from "node:timers/promises";

const { setTimeout } = timers;

/** How many times shorter. */
const pace = 1000;

Object.assign(timers, {
  setTimeout: (ms: number, ...rest: [unknown?, object?]) => setTimeout(ms / pace, ...rest),
});
syncBuiltinESMExports();
