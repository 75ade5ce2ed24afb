import { describe, expect, it } from "vitest";
import { domains } from "../../../lib/alerts/memory.ts";
import type { FoundProblem, StandingProblem } from "../../../lib/alerts/problem.ts";
import { reconcile } from "../../../lib/alerts/reconcile.ts";
import { RotationError } from "../../../lib/errors.ts";

const since = new Date("2026-03-01T12:00:00Z");
const now = new Date("2026-03-01T12:01:00Z");
const domain = "settlement";

class Failed extends RotationError {
  constructor(code: string, subject: string, impact: RotationError["impact"] = "unchanged") {
    super({ code, subject, happened: "It failed.", remedy: "Mend it." });
    this.impact = impact;
  }
}

const task = { kind: "settlement", secret: "app", step: "settle", token: "old" } as const;
const found = (
  code: string,
  subject = "",
  more: Partial<FoundProblem> & { impact?: RotationError["impact"] } = {},
): FoundProblem => ({ error: new Failed(code, subject, more.impact), task, ...more });

/** Looks again and again with what is told remembered, as `begun CODE subject`. */
class OnCall {
  standing: readonly StandingProblem[] = [];
  #looks = 0;

  look(problems: readonly FoundProblem[], isOver = () => true): readonly string[] {
    this.#looks += 1;
    const at = new Date(now.getTime() + this.#looks * 60_000);
    const outcomes = reconcile(this.standing, problems, { domain, now: at, since: at, isOver });
    this.standing = outcomes.flatMap(({ after }) => after ?? []);
    return outcomes.flatMap(({ news }) => {
      if (!news) return [];
      const { kind, subject } =
        news.status === "over"
          ? news.problem
          : { kind: news.found.error.code, subject: news.found.error.subject };
      return [`${news.status} ${kind} ${subject}`.trim()];
    });
  }
}

describe("a problem is told", () => {
  it("when it begins, when it is over, when it comes back, and not in between", () => {
    const onCall = new OnCall();
    expect(onCall.look([found("A")])).toEqual(["begun A"]);
    for (const _ of [1, 2, 3]) expect(onCall.look([found("A")])).toEqual([]);
    expect(onCall.look([])).toEqual(["over A"]);
    expect(onCall.look([])).toEqual([]);
    expect(onCall.look([found("A")])).toEqual(["begun A"]);
  });

  it("for each kind and subject, also where they differ by a digit", () => {
    const onCall = new OnCall();
    const blue = (n: number) => found("ROLLED_BACK", `service blue${n}`);
    expect(onCall.look([blue(1)])).toEqual(["begun ROLLED_BACK service blue1"]);
    expect(onCall.look([blue(1), blue(2), found("DEADLINE_PASSED")])).toEqual([
      "begun ROLLED_BACK service blue2",
      "begun DEADLINE_PASSED",
    ]);
    expect(onCall.look([blue(2)])).toEqual([
      "over ROLLED_BACK service blue1",
      "over DEADLINE_PASSED",
    ]);
  });

  it("once each where two alternate that are not known to be over", () => {
    const onCall = new OnCall();
    const told = [1, 2, 3, 4, 5].flatMap((n) =>
      onCall.look([found(n % 2 ? "A" : "B")], () => false),
    );
    expect(told).toEqual(["begun A", "begun B"]);
  });

  it("when it gets worse, and not when it gets milder and worse again", () => {
    const onCall = new OnCall();
    expect(onCall.look([found("A")])).toEqual(["begun A"]);
    expect(onCall.look([found("A", "", { impact: "outage" })])).toEqual(["worse A"]);
    expect(onCall.look([found("A")])).toEqual([]);
    expect(onCall.look([found("A", "", { impact: "outage" })])).toEqual([]);
  });

  it("as the worst of those that are the same", () => {
    const onCall = new OnCall();
    const worst = found("A", "", { impact: "outage" });
    expect(onCall.look([found("A"), worst, found("A")])).toEqual(["begun A"]);
    expect(onCall.standing).toMatchObject([{ kind: "A", severity: "critical" }]);
  });
});

it("is told once though another function meets it too, and is over when it is for both", () => {
  const onCall = new OnCall();
  onCall.look([found("UNREACHABLE", "db:5432")]);
  const remembered = [{ secret: "arn", domain: "rotation", problems: onCall.standing }] as const;
  const at = { domain, now, since, isOver: () => true, remembered } as const;
  const [met] = reconcile([], [found("UNREACHABLE", "db:5432")], at);
  expect(met).toMatchObject({ after: { told: true } });
  expect(met?.news).toBeUndefined();
  const standing = met?.after ? [met.after] : [];
  expect(reconcile(standing, [], at)).toEqual([{ before: met?.after }]);
  expect(reconcile(standing, [], { ...at, remembered: [] })).toMatchObject([
    { news: { status: "over" } },
  ]);
  const worse = found("UNREACHABLE", "db:5432", { impact: "outage" });
  expect(reconcile([], [worse], at)).toMatchObject([{ news: { status: "worse" } }]);
});

describe("what two functions have told is over, and is told", () => {
  const pairs = domains.flatMap((one) =>
    domains.filter((other) => other !== one).map((other) => [one, other] as const),
  );
  const held = reconcile([], [found("A")], { domain, now, since, isOver: () => true }).flatMap(
    ({ after }) => after ?? [],
  );

  it.each(pairs)("once where %s and %s look at the same moment", (...both) => {
    let remembered = both.map((each) => ({ secret: "arn", domain: each, problems: held }));
    const told: string[] = [];
    for (const _ of [1, 2]) {
      const before = remembered;
      remembered = before.map(({ problems, ...each }) => {
        const at = { ...each, now, since, isOver: () => true, remembered: before };
        const outcomes = reconcile(problems, [], at);
        told.push(...outcomes.flatMap(({ news }) => news?.status ?? []));
        return { ...each, problems: outcomes.flatMap(({ after }) => after ?? []) };
      });
    }
    expect(told).toEqual(["over"]);
    expect(remembered.flatMap(({ problems }) => problems)).toEqual([]);
  });
});

describe("one that may pass", () => {
  const passing = found("RETIREMENT_FAILED", "", { mayPass: true });

  it("is told when it persists", () => {
    const onCall = new OnCall();
    expect(onCall.look([passing])).toEqual([]);
    expect(onCall.look([passing])).toEqual(["begun RETIREMENT_FAILED"]);
    expect(onCall.look([passing])).toEqual([]);
    expect(onCall.look([])).toEqual(["over RETIREMENT_FAILED"]);
  });

  it("is dropped without a word when it is gone by the next look", () => {
    const onCall = new OnCall();
    expect([...onCall.look([passing]), ...onCall.look([])]).toEqual([]);
    expect(onCall.standing).toEqual([]);
  });

  it("is not told for a second time of the same look", () => {
    const at = { domain, now, since, isOver: () => false } as const;
    const [noted] = reconcile([], [passing], at).flatMap(({ after }) => after ?? []);
    expect(noted).toMatchObject({ told: false, since: now });
    const [again] = reconcile(noted ? [noted] : [], [passing], at);
    expect(again?.news).toBeUndefined();
  });
});

it("remembers the last attempt that met it, and since when it stands", () => {
  const at = { domain, isOver: () => true } as const;
  const [first] = reconcile([], [found("A")], { ...at, now: since, since });
  const again = { ...found("A"), task: { ...task, token: "newer" } };
  const standing = first?.after ? [first.after] : [];
  const [second] = reconcile(standing, [again], { ...at, now, since: now });
  expect(second?.news).toBeUndefined();
  expect(second?.after).toMatchObject({ since, last: { token: "newer", at: now } });
});
