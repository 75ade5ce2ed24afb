import type { Context } from "../lib/context/context.ts";
import type { Log } from "../lib/context/log.ts";

/** A context in which nothing waits, nothing is printed and every report arrives. */
export function contextFor({
  log,
  ...more
}: Partial<Omit<Context, "log">> & { readonly log?: Partial<Log> } = {}): Context {
  return {
    now: () => new Date(),
    sleep: async () => {},
    randomInt: () => 0,
    signal: new AbortController().signal,
    report: async () => "told",
    log: {
      begin() {},
      step() {},
      warn() {},
      alertFailed() {},
      failureTold() {},
      figures() {},
      ...log,
    },
    ...more,
  };
}
