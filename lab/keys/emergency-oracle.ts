import type { Alert } from "../../lib/alerts/alert.ts";
import { holderOf, pendingOf } from "../../lib/secret/labels.ts";
import type { Invocation } from "../walk/gate.ts";
import type { Verdict } from "./crash-row.ts";
import type { KeyEmergency } from "./key-emergency.ts";
import { type KeyAccountOptions, secretName } from "./key-manifest.ts";
import { Told } from "./told.ts";

/** In milliseconds: by then on-call must know of an emergency. Lambda tries a function that was killed again after a minute. */
const untold = 3 * 60_000;

interface Judged {
  readonly options: KeyAccountOptions;
  readonly revokeFirst: boolean;
}

/** Judges an emergency of a key by what is true at its provider, and by what on-call was told. */
export class EmergencyOracle {
  readonly problems: string[] = [];
  /** A person's key, which nobody may touch. */
  foreign: { readonly id: string } | undefined;
  readonly #subject: KeyEmergency;
  readonly #told = new Told();
  /** AWSCURRENT may be refused for a while: that is what was asked for, or how the provider replaces keys. */
  readonly #mayBeRefused: boolean;
  #leaked: { readonly version: string; readonly document: Readonly<Record<string, string>> } = {
    version: "",
    document: {},
  };
  #begunAt = 0;
  #refusedAt: number | undefined;
  #lockedOut = false;
  #hasHeard = false;

  constructor(subject: KeyEmergency, { options, revokeFirst }: Judged) {
    this.#subject = subject;
    this.#mayBeRefused = revokeFirst || options.rolls === true;
  }

  /** What AWSCURRENT holds now has leaked. */
  begin(): void {
    const { account } = this.#subject;
    const version = holderOf(account, "AWSCURRENT") ?? "";
    this.#leaked = { version, document: account.value(version) };
    this.#begunAt = account.clock.now;
    account.gate.after = () => this.#call();
  }

  alert(alert: Pick<Alert, "event">, by: Invocation): void {
    this.#told.alert(alert, by);
    const { code, status } = alert.event;
    if (code !== "EMERGENCY") return;
    this.#hasHeard = true;
    if (status === "over" && this.#isAlive)
      this.#found("on-call reads that it is over, and what leaked works");
  }

  #call(): void {
    const { account, isDone } = this.#subject;
    if (account.works()) this.#refusedAt = undefined;
    else this.#refusedAt ??= account.clock.now;
    if (this.#refusedAt !== undefined && !this.#mayBeRefused) {
      this.#lockedOut = true;
      this.#found("AWSCURRENT is refused, and nobody has announced it");
    }
    if (isDone && this.#isAlive) this.#found("it says that it is done, and what leaked works");
  }

  /** On-call reads that the command is to be given once more. */
  get isToldUnfinished(): boolean {
    return this.#told.standing.some((key) => key.includes("/EMERGENCY_UNFINISHED/"));
  }

  /** Now and then: whatever is wrong for long, on-call knows. */
  look(): void {
    const { now } = this.#subject.account.clock;
    if (this.#standing.length > 0) return;
    if (this.#isAlive && now - this.#begunAt > untold)
      this.#found("what leaked lives on without an alert");
    if (this.#refusedAt === undefined || now - this.#refusedAt <= untold) return;
    this.#lockedOut = true;
    this.#found("AWSCURRENT is refused without an alert");
  }

  /** When all has come to its end. */
  verdict(): Verdict {
    const { account, state, isDone } = this.#subject;
    const document = account.value();
    if (!isDone) this.#found("it does not come to its end");
    if (!account.isSettled) this.#found("it is not settled");
    if (pendingOf(account) !== undefined) this.#found("AWSPENDING is left behind");
    if (state.rotationEnabled !== true) this.#found("rotation is off");
    if (!account.works()) this.#found("AWSCURRENT is refused");
    if (this.#isAlive) this.#found("what leaked works");
    for (const field of ["api_key", "password", "jwt_secret"])
      if (field in document && document[field] === this.#leaked.document[field])
        this.#found(`${field} is what leaked`);
    if (document["note"] !== "untouched") this.#found("a field that is not ours changed");
    if (!this.#hasHeard) this.#found("on-call never heard of it");
    // A rotation that could not read what is remembered tells without remembering it.
    for (const each of this.#told.remembered) this.#found(`not said to be over: ${each}`);
    return {
      problems: this.problems,
      lockedOut: this.#lockedOut,
      orphans: this.#orphans(document),
    };
  }

  #orphans({ api_key_id: held, ...document }: Readonly<Record<string, string>>): number {
    const { service, neighbours } = this.#subject.account;
    const key = service.keys.find(({ id }) => id === this.foreign?.id);
    if ((key?.deletedAt ?? key?.disabledAt) !== undefined) this.#found("a foreign key was touched");
    const keys = service.existing.filter(({ id }) => id !== held && id !== key?.id);
    if (keys.length > 0) this.#found(`left behind: ${keys.map(({ id }) => id).join(", ")}`);
    const users = neighbours?.left(document) ?? [];
    if (users.length > 0) this.#found(`can still log in: ${users.join(", ")}`);
    return keys.length + users.length;
  }

  /** Any of it: the key, or what stands beside it. */
  get #isAlive(): boolean {
    const { service, neighbours } = this.#subject.account;
    const { document } = this.#leaked;
    return service.works(document["api_key"] ?? "") || neighbours?.works(document) === true;
  }

  /** What on-call was told of this secret, and is not over. */
  get #standing(): readonly string[] {
    return this.#told.standing.filter((key) => key.includes(`/${secretName}/`));
  }

  /** Once each: the same is found at call after call. */
  #found(problem: string): void {
    if (!this.problems.includes(problem)) this.problems.push(problem);
  }
}
