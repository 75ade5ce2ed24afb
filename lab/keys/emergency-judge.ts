import type { Alert } from "../../lib/alerts/alert.ts";
import { pendingOf } from "../../lib/secret/labels.ts";
import type { Invocation } from "../walk/gate.ts";
import type { Verdict } from "./crash-row.ts";
import type { KeyEmergency } from "./key-emergency.ts";
import { secretName } from "./key-manifest.ts";
import { Told } from "./told.ts";

/** In milliseconds: by then on-call must know of an emergency. Lambda tries a function that was killed again after a minute. */
export const untold = 3 * 60_000;

type Document = Readonly<Record<string, string>>;

/** What holds for every emergency of a key: of the secret, at its provider, and in what on-call was told. */
export abstract class EmergencyJudge {
  readonly problems: string[] = [];
  /** A person's key, which nobody may touch. */
  foreign: { readonly id: string } | undefined;
  protected readonly subject: KeyEmergency;
  protected begunAt = 0;
  protected isLockedOut = false;
  readonly #told = new Told();
  #hasHeard = false;

  constructor(subject: KeyEmergency) {
    this.subject = subject;
  }

  /** How things are now is what the emergency is about. */
  begin(): void {
    const { account } = this.subject;
    this.begunAt = account.clock.now;
    account.gate.after = () => this.look();
  }

  /** After each call, and now and then. */
  abstract look(): void;

  alert(alert: Pick<Alert, "event">, by: Invocation): void {
    this.#told.alert(alert, by);
    const { code, status } = alert.event;
    if (code !== "EMERGENCY") return;
    this.#hasHeard = true;
    if (status === "over") this.heardOver();
  }

  /** On-call has read that the emergency is over. */
  protected abstract heardOver(): void;

  /** On-call reads that the command is to be given once more. */
  get isToldUnfinished(): boolean {
    return this.#told.standing.some((key) => key.includes("/EMERGENCY_UNFINISHED/"));
  }

  /** What on-call was told of this secret, and is not over. */
  protected get standing(): readonly string[] {
    return this.#told.standing.filter((key) => key.includes(`/${secretName}/`));
  }

  /** When all has come to its end. */
  verdict(): Verdict | Promise<Verdict> {
    const { account, isDone } = this.subject;
    if (!isDone) this.found("it does not come to its end");
    if (!account.isSettled) this.found("it is not settled");
    if (pendingOf(account) !== undefined) this.found("AWSPENDING is left behind");
    if (!account.works()) this.found("AWSCURRENT is refused");
    if (account.value()["note"] !== "untouched") this.found("a field that is not ours changed");
    if (!this.#hasHeard) this.found("on-call never heard of it");
    // A function that was disturbed may have told without remembering it.
    for (const each of this.#told.remembered) this.found(`not said to be over: ${each}`);
    const orphans = this.orphans(account.value());
    return { problems: this.problems, lockedOut: this.isLockedOut, orphans };
  }

  /** Keys and users that nobody holds and that work. @param document of AWSCURRENT */
  protected orphans({ api_key_id: held, ...document }: Document): number {
    const { service, neighbours } = this.subject.account;
    const key = service.keys.find(({ id }) => id === this.foreign?.id);
    if ((key?.deletedAt ?? key?.disabledAt) !== undefined) this.found("a foreign key was touched");
    const keys = service.existing.filter(({ id }) => id !== held && id !== key?.id);
    if (keys.length > 0) this.found(`left behind: ${keys.map(({ id }) => id).join(", ")}`);
    const users = neighbours?.left(document) ?? [];
    if (users.length > 0) this.found(`can still log in: ${users.join(", ")}`);
    return keys.length + users.length;
  }

  /** Any of what a document holds: the key, or what stands beside it. */
  protected isAlive(document: Document): boolean {
    const { service, neighbours } = this.subject.account;
    return service.works(document["api_key"] ?? "") || neighbours?.works(document) === true;
  }

  /** Once each: the same is found at call after call. */
  protected found(problem: string): void {
    if (!this.problems.includes(problem)) this.problems.push(problem);
  }
}
