/** What a run must know of a system to make its account. */
export interface System {
  /** Of its folder below `examples/`. */
  readonly name: string;
  readonly region: string;
  /** Name of the secret that rotates. */
  readonly secret: string;
  /** In the place of the manifest's own, where consumers cache for seconds instead of minutes. */
  readonly grace?: string;
}

/** A secret's fields. */
export type Document = Readonly<Record<string, string>>;
