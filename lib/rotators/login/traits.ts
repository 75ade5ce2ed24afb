import type { CredentialTraits } from "../../manifest/type.ts";

/** The strategies of a login, with what the protocol must know of each. */
export const strategyTraits = {
  "two-passwords": { oldWorksBeside: true, changesUsername: false, switches: false },
  "alternating-users": { oldWorksBeside: true, changesUsername: true, switches: false },
  "in-place": { oldWorksBeside: false, changesUsername: false, switches: true },
} as const satisfies Record<string, CredentialTraits>;

export type StrategyName = keyof typeof strategyTraits;

export const strategyNames = Object.keys(strategyTraits) as readonly StrategyName[];

/** The strategies of an engine, and whether each needs an administrator. */
export type EngineStrategies = Readonly<
  Partial<Record<StrategyName, { readonly needsAdmin: boolean }>>
>;

/** In the order in which they are chosen by default; in-place never is. */
export const defaultStrategies = [
  "two-passwords",
  "alternating-users",
] as const satisfies readonly StrategyName[];
