import type { Retiring, StepContext, Switch } from "../../rotation/credential.ts";
import type { Engine, EngineTraits } from "./engine.ts";
import type { Login, LoginSpec } from "./login.ts";
import type { Notice } from "./notice.ts";

/** What is known of a login whatever is done with it. */
interface Situation extends Pick<StepContext, "sleep"> {
  readonly spec: LoginSpec;
  readonly engine: Engine;
  readonly signal: AbortSignal;
  readonly current: Login;
  /**
   * The administrator that the manifest names; `undefined` when it names none.
   * @throws AdminUnusable when its secret leads elsewhere than AWSCURRENT does
   */
  admin(): Promise<Login | undefined>;
}

export type Rehearsal = Situation;

/**
 * A login during a step. Each of its logins has the server and database of AWSCURRENT, and the user of the
 * strategy.
 */
export interface Replacement extends Situation {
  pending(): Promise<Login>;
  /** What the secret held before, the newest first. */
  earlier(): AsyncIterable<Login>;
  /** As `Versions.held`. */
  held(isRefused: boolean): AsyncIterable<Login>;
  /** The old credential leaked, so nothing may keep it. */
  readonly leaked: boolean;
  /** Warns the operator without failing. Never with a value. */
  warn(message: string): void;
  /** Reports that AWSCURRENT is refused. */
  outage(): void;
}

/** A login that has been replaced. */
export interface Retired extends Situation {
  readonly old: Login;
  /** AWSPENDING of a rotation that is under way, where it holds a login of the same users. */
  readonly next?: Login | undefined;
  /** As in `Retirement`. */
  requireUnchanged(): Promise<void>;
}

/** The order in which a login is replaced. `Credential` in lib/rotation/credential.ts is the contract of each call. */
export interface Strategy {
  /**
   * createSecret: the user of the version that follows AWSCURRENT. Pure.
   * @throws PairUnusable
   */
  username(current: string, context: { spec: LoginSpec; traits: EngineTraits }): string;
  set(replacement: Replacement): Promise<"ready" | "outage">;
  test(replacement: Replacement): Promise<void>;
  /**
   * Proves, without effect and as far as that is possible, that the password can be changed: by the administrator, or by
   * the user itself if AWSCURRENT is accepted.
   */
  rehearse(rehearsal: Rehearsal): Promise<readonly Notice[]>;
  openSwitch?(replacement: Replacement): Promise<Switch>;
  retire(retired: Retired): Promise<Retiring | undefined>;
  sessions(retired: Retired): Promise<number | undefined>;
  endSessions(retired: Retired): Promise<number>;
}
