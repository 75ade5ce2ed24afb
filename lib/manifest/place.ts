/**
 * Where a credential can be reached: `network` is the VPC of the databases, `internet` is outside it. A secret with
 * at least one `network` credential is in the network.
 */
export type Place = "network" | "internet";

/** The functions that rotate and retire the secrets of each place. */
export const functionsOf = {
  network: { rotate: "rotate-database", retire: "retire-database" },
  internet: { rotate: "rotate-api-key", retire: "retire-api-key" },
} as const satisfies Readonly<Record<Place, { readonly rotate: string; readonly retire: string }>>;
