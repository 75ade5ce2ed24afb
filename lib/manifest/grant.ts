/** What a function may do in AWS. */
export interface Grant {
  readonly actions: readonly string[];
  /** Texts of Fn::Sub. */
  readonly resources: readonly string[];
  /** By operator and key; values are texts of Fn::Sub. */
  readonly condition?: Condition;
  /** Why a `*` stands in its resources. */
  readonly why?: string;
}

export type Condition = Readonly<Record<string, Readonly<Record<string, string | string[]>>>>;

/** By what the functions do. */
export interface Grants {
  readonly rotate: readonly Grant[];
  readonly retire: readonly Grant[];
}
