import type { CrashRow } from "../crash/matrix.ts";
import { faults } from "../walk/gate.ts";
import { keyKinds } from "./crash.ts";
import type { KeyAccountOptions } from "./key-manifest.ts";

/** What happens to a call; `two at once`: whoever makes it is there twice. */
const disturbances = [...faults, "two at once"] as const;

/** How things are when the key leaks. */
const leaks = ["settled", "unsettled", "under way"] as const;

/** What a rollback finds: the rotation ended just now, or its settlement has begun; and what it replaced had replaced a leak. */
const promotions = ["promoted", "settling", "after a leak"] as const;

/** The same command comes once more; else Lambda's own retries, and the queue, are all that comes. */
const recoveries = ["asked for again", "nobody does anything"] as const;

/** One emergency of a kind of key, and how it is disturbed. */
export interface Case extends Pick<CrashRow, "subject" | "mode"> {
  readonly options: KeyAccountOptions;
  readonly action: Action;
  readonly situation: (typeof leaks)[number] | (typeof promotions)[number];
  readonly recovery: (typeof recoveries)[number];
  readonly disturbance: (typeof disturbances)[number];
}

type Action = "leaked" | "leaked, revoked first" | "rollback";

/** In milliseconds: how long what a rollback may bring back is kept. */
const grace = 30 * 60_000;

/** A key that its replacement ends cannot be revoked before, and one that its provider ends does not come back for good. */
const actionsOf = ({ rolls, endsOldAfter }: KeyAccountOptions): readonly Action[] =>
  rolls || endsOldAfter !== undefined
    ? ["leaked"]
    : ["leaked", "leaked, revoked first", "rollback"];

/** All combinations. */
export const emergencyCases: readonly Case[] = Object.entries(keyKinds).flatMap(([kind, options]) =>
  actionsOf(options).flatMap((action) =>
    (action === "rollback" ? promotions : leaks).flatMap((situation) =>
      recoveries.flatMap((recovery) =>
        disturbances.map((disturbance) => ({
          subject: `key: emergency ${action}, ${kind}, ${situation}`,
          mode: `${disturbance}; ${recovery}`,
          options: action === "rollback" ? { ...options, grace } : options,
          ...{ action, situation, recovery, disturbance },
        })),
      ),
    ),
  ),
);
