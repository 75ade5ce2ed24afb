import type { Access, KeyParts, Provider } from "../../../lib/rotators/key/provider.ts";

/** What goes wrong between the provider and us. */
export type ServiceTrouble =
  /** HTTP 5xx. */
  | "down"
  /** A page in HTML: with HTTP 200, and with HTTP 403 as a firewall sends it. */
  | "html 200"
  | "html 403"
  /** JSON of another form. */
  | "another form"
  /** HTTP 200 around an error. */
  | "error inside"
  | "redirect"
  /** A change of keys has its effect, and the connection ends without a reply. */
  | "lost reply"
  /** A change of keys has its effect, and is answered in another form. */
  | "lost form"
  | "silence"
  /** Asks to wait, once: two seconds where it says for how long. */
  | "busy once"
  /** Asks to wait, always: an hour where it says for how long. */
  | "busy";

/** A service that issues keys, and what a test may do to it. Its clock is the test's own: waiting takes no time. */
export interface ServiceFixture extends AsyncDisposable {
  readonly provider: Provider;
  /** With a key that somebody has made by hand. */
  readonly access: Access;
  /** Milliseconds that were slept so far. */
  readonly slept: () => number;
  wait(ms: number): void;
  /** What exists now, whatever the provider lists. */
  ids(): Promise<readonly string[]>;
  nameOf(id: string): Promise<string | undefined>;
  /** The rights of a key, as far as the service keeps any. */
  rightsOf(id: string): Promise<object>;
  /** A key that somebody else makes by hand. */
  handOut(name: string): Promise<KeyParts>;
  /** A key of the usual form that does not exist. */
  unknown(): KeyParts;
  /** Every value that may stand in no message: of the administrator, and of all keys. */
  secrets(): readonly string[];
  /** In what our requests differed from the format that the service publishes. */
  mistakes(): readonly string[];
  /** Uses a key. */
  use(key: KeyParts): Promise<void>;
  /** The account of keys that are made from now on. */
  moveTo(account: string): void;
  begin(trouble: ServiceTrouble): void;
  end(): void;
  setAdmin(is: "works" | "refused" | "forbidden"): void;
  setDelays(delays: { activation?: number; revocation?: number; flickers?: boolean }): void;
}

/** What a provider can do. What is absent, it cannot. */
export interface Abilities {
  /** Keys have names, by which they are found. */
  readonly names?: boolean;
  /** A list of more keys than this comes in pages. */
  readonly pageOf?: number;
  readonly lists?: boolean;
  /** A person makes the keys. */
  readonly cannotCreate?: boolean;
  readonly reveals?: boolean;
  readonly identifies?: boolean;
  readonly tellsAccount?: boolean;
  readonly tellsRights?: boolean;
  readonly tellsLastUse?: boolean;
  readonly disables?: boolean;
  readonly removes?: boolean;
  /** Ends what was derived from a key. */
  readonly endsSessions?: boolean;
  /** Asks to wait without saying for how long. */
  readonly waitUntold?: boolean;
  /** Tells when it has no room. */
  readonly tellsLimit?: boolean;
  /** Creating a key begins the end of the old one. */
  readonly replaces?: boolean;
  /** The administrator is asked about a key, so that no use shows its delays. */
  readonly probesAsAdmin?: boolean;
  /** The administrator's key may be told only that it is refused, not that it lacks a right. */
  readonly hasNoAdmin?: boolean;
}
