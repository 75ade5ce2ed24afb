import { holderOf } from "../../lib/secret/labels.ts";
import type { Verdict } from "./crash-row.ts";
import { EmergencyJudge, untold } from "./emergency-judge.ts";
import type { KeyEmergency } from "./key-emergency.ts";
import type { KeyAccountOptions } from "./key-manifest.ts";

interface Judged {
  readonly options: KeyAccountOptions;
  readonly revokeFirst: boolean;
}

/** Judges an emergency of a key that leaked. */
export class LeakOracle extends EmergencyJudge {
  /** AWSCURRENT may be refused for a while: that is what was asked for, or how the provider replaces keys. */
  readonly #mayBeRefused: boolean;
  #leaked: Readonly<Record<string, string>> = {};
  #refusedAt: number | undefined;

  constructor(subject: KeyEmergency, { options, revokeFirst }: Judged) {
    super(subject);
    this.#mayBeRefused = revokeFirst || options.rolls === true;
  }

  /** What AWSCURRENT holds now has leaked. */
  override begin(): void {
    const { account } = this.subject;
    this.#leaked = account.value(holderOf(account, "AWSCURRENT"));
    super.begin();
  }

  protected override heardOver(): void {
    if (this.isAlive(this.#leaked))
      this.found("on-call reads that it is over, and what leaked works");
  }

  look(): void {
    const { account, isDone } = this.subject;
    const { now } = account.clock;
    const isAlive = this.isAlive(this.#leaked);
    if (account.works()) this.#refusedAt = undefined;
    else this.#refusedAt ??= now;
    if (this.#refusedAt !== undefined && !this.#mayBeRefused) {
      this.isLockedOut = true;
      this.found("AWSCURRENT is refused, and nobody has announced it");
    }
    if (isDone && isAlive) this.found("it says that it is done, and what leaked works");
    // Whatever is wrong for long, on-call knows.
    if (this.standing.length > 0) return;
    if (isAlive && now - this.begunAt > untold) this.found("what leaked lives on without an alert");
    if (this.#refusedAt === undefined || now - this.#refusedAt <= untold) return;
    this.isLockedOut = true;
    this.found("AWSCURRENT is refused without an alert");
  }

  override verdict(): Verdict | Promise<Verdict> {
    const { account, state } = this.subject;
    const document = account.value();
    if (state.rotationEnabled !== true) this.found("rotation is off");
    if (this.isAlive(this.#leaked)) this.found("what leaked works");
    for (const field of ["api_key", "password", "jwt_secret"])
      if (field in document && document[field] === this.#leaked[field])
        this.found(`${field} is what leaked`);
    return super.verdict();
  }
}
