import type { CredentialTraits } from "../../manifest/type.ts";

/** The strategies of a login, with what the protocol must know of each. */
export const strategyTraits = {
  "alternating-users": { oldWorksBeside: true, changesUsername: true, switches: false },
  "in-place": { oldWorksBeside: false, changesUsername: false, switches: true },
} as const satisfies Record<string, CredentialTraits>;

export type StrategyName = keyof typeof strategyTraits;
