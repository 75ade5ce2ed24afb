import { RotationError } from "../../errors.ts";
import type { StepContext, Switch } from "../../rotation/credential.ts";
import { PendingRefused } from "../../rotation/errors.ts";
import { type Login, loginName } from "../login/login.ts";
import type { Database, DatabaseState } from "./database.ts";
import { isRefusal, whileSilent } from "./doubt.ts";
import { DatabaseBusy, PasswordNotTaken } from "./errors.ts";
import type { Proof } from "./proof.ts";

/** Between two logins, in milliseconds: consumers fail from the change until one of them shows it. */
const loginPause = 200;

/** How many of these pauses lie between two looks at the API, which allows few requests. */
const pausesPerLook = 15;

/** As many pauses after RDS was asked, it shows the change, or has made it. */
const pausesUntilSeen = 150;

interface Change {
  readonly database: Database;
  readonly proof: Proof;
  readonly sleep: StepContext["sleep"];
  readonly current: Login;
  readonly pending: Login;
  /** Of the database, as it was last seen. */
  readonly state: DatabaseState;
  /** Whether AWSCURRENT is accepted; `undefined`: nobody can tell. */
  readonly works: boolean | undefined;
  /** The pending password is accepted already. */
  readonly inForce: boolean;
}

/** The change of a master password by RDS, which takes its time and cannot be called back. */
export class MasterSwitch implements Switch {
  readonly waited = false;
  readonly #input: Change;
  #inForce: boolean;
  #changed: boolean;
  /** Whether AWSCURRENT was accepted when last asked. */
  #oldWorks: boolean;

  constructor(input: Change) {
    this.#input = input;
    this.#inForce = input.inForce;
    this.#changed = input.inForce;
    this.#oldWorks = input.works === true;
  }

  get name(): string {
    return this.#input.pending.username;
  }

  get changed(): boolean {
    return this.#changed;
  }

  async apply(signal: AbortSignal): Promise<void> {
    if (this.#inForce) return;
    const { database, pending, state, works } = this.#input;
    // Another attempt of this rotation has asked, and was killed, or is still at work.
    const isUnderWay = state.isChanging;
    this.#changed = isUnderWay;
    // Where nobody can log in, nobody knows which password that was.
    const shows = works !== undefined;
    if (isUnderWay && (await this.#follow(state, signal)) && shows) return;
    if (await this.#follow(await this.#ask(signal), signal)) return;
    if (!this.#oldWorks) throw new PendingRefused(loginName(pending));
    this.#changed = false;
    throw new PasswordNotTaken(database.name);
  }

  /** @returns the state just after RDS has taken the change */
  async #ask(signal: AbortSignal): Promise<DatabaseState> {
    const { database, pending } = this.#input;
    const mayHaveChanged = this.#changed;
    this.#changed = true;
    try {
      return await database.setMasterPassword(pending.password, signal);
    } catch (error) {
      this.#changed = mayHaveChanged || !isRefusal(error);
      if (!(error instanceof DatabaseBusy)) throw error;
      // Two attempts at once: what the other one has asked for is the same password.
      const now = await database.describe(signal);
      if (!now.isChanging) throw new DatabaseBusy(database.name, now.status);
      this.#changed = true;
      return now;
    }
  }

  /** RDS takes no other change before this one is over, which takes longer than anybody waits here. */
  async revert(): Promise<void> {
    throw new DatabaseBusy(this.#input.database.name, "resetting-master-credentials");
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  /**
   * Waits until the change is over. @param first the state after RDS was asked
   * @returns whether the pending password is in force
   */
  async #follow(first: DatabaseState, signal: AbortSignal): Promise<boolean> {
    const { database, sleep } = this.#input;
    let isSeen = first.isChanging;
    for (let pauses = 0; ; pauses += 1) {
      if (await this.#isInForce(signal)) return true;
      await sleep(loginPause);
      if (pauses % pausesPerLook !== 0) continue;
      const { isChanging } = await database.describe(signal).catch(whileSilent(signal));
      isSeen ||= isChanging;
      if (!isChanging && (isSeen || pauses >= pausesUntilSeen)) break;
    }
    return this.#decided(signal);
  }

  /** What cannot be asked while the server changes is asked again. */
  async #isInForce(signal: AbortSignal): Promise<boolean> {
    try {
      return await this.#asked(signal);
    } catch (error) {
      if (signal.aborted || !(error instanceof RotationError)) throw error;
      return false;
    }
  }

  async #asked(signal: AbortSignal): Promise<boolean> {
    const { proof, current, pending } = this.#input;
    // AWSCURRENT is asked first, so that no login fails before the change.
    if (this.#oldWorks && (await proof(current, signal))) return false;
    this.#oldWorks = false;
    return this.#accepted(await proof(pending, signal));
  }

  /** Nothing is under way any more. */
  async #decided(signal: AbortSignal): Promise<boolean> {
    const { proof, pending } = this.#input;
    const works = await proof(pending, signal);
    return works === undefined ? this.#accepted(true) : this.#accepted(works);
  }

  #accepted(isAccepted: boolean | undefined): boolean {
    this.#inForce = isAccepted === true;
    return this.#inForce;
  }
}
