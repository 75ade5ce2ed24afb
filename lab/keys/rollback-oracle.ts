import { holderOf } from "../../lib/secret/labels.ts";
import type { Verdict } from "./crash-row.ts";
import { EmergencyJudge, untold } from "./emergency-judge.ts";

/** Judges a rollback of a key: the previous version is alive when it begins. */
export class RollbackOracle extends EmergencyJudge {
  #version = "";
  #replaced: Readonly<Record<string, string>> = {};
  /** When AWSCURRENT went back. */
  #movedAt: number | undefined;

  override begin(): void {
    const { account } = this.subject;
    this.#version = holderOf(account, "AWSPREVIOUS") ?? "";
    this.#replaced = account.value(holderOf(account, "AWSCURRENT"));
    super.begin();
  }

  protected override heardOver(): void {
    if (!this.#isBack) this.found("on-call reads that it is over, and AWSCURRENT is another");
  }

  look(): void {
    const { account, isDone } = this.subject;
    const { now } = account.clock;
    if (this.#isBack) this.#movedAt ??= now;
    else if (this.#movedAt !== undefined) this.found("AWSCURRENT went back, and away again");
    if (isDone && !this.#isBack) this.found("it says that it is done, and AWSCURRENT is another");
    if (!account.works()) {
      this.isLockedOut = true;
      this.found("AWSCURRENT is refused");
    }
    const isInGrace = this.#movedAt === undefined || now - this.#movedAt < account.grace;
    if (isInGrace && !this.#replacedWorks) this.found("what it replaced ends before its grace");
    if (!isDone && this.standing.length === 0 && now - this.begunAt > untold)
      this.found("it is not done, and on-call does not know");
  }

  override async verdict(): Promise<Verdict> {
    if (!this.#isBack) this.found("AWSCURRENT is not what it was before");
    if (this.subject.state.rotationEnabled !== false) this.found("the schedule is not suspended");
    if (this.isAlive(this.#replaced)) this.found("what it replaced works");
    const { problems, orphans } = await super.verdict();
    const later = await this.#rotateAgain();
    return { problems, lockedOut: this.isLockedOut, orphans: orphans + later };
  }

  /** The cause is mended, and a person resumes the schedule. @returns what that leaves behind */
  async #rotateAgain(): Promise<number> {
    const { account } = this.subject;
    const before = account.value();
    account.gate.disarm();
    account.gate.after = () => {};
    this.subject.resume();
    const ran = await account.rotate("later");
    if (ran.kind !== "done") this.found(`a later rotation ended as ${ran.kind}`);
    await account.settle();
    if (holderOf(account, "AWSCURRENT") !== "later") this.found("a later rotation is not current");
    if (!account.works()) this.found("after a later rotation AWSCURRENT is refused");
    if (!account.isSettled) this.found("a later rotation is not settled");
    if (this.isAlive(before)) this.found("after a later rotation the old key works");
    return this.orphans(account.value());
  }

  get #isBack(): boolean {
    return holderOf(this.subject.account, "AWSCURRENT") === this.#version;
  }

  get #replacedWorks(): boolean {
    const { service, neighbours } = this.subject.account;
    const isKeyAccepted = service.works(this.#replaced["api_key"] ?? "");
    return isKeyAccepted && (neighbours?.works(this.#replaced) ?? true);
  }
}
