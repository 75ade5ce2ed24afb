import { describe, expect, it } from "vitest";
import { Invocation } from "../../../lab/walk/gate.ts";
import { Pager } from "../../../lab/walk/pager.ts";

const event = (status: string, severity: string) => ({
  source: "quarterturn",
  deduplicationKey: "key",
  status,
  severity,
});

const invocation = (isDisturbed = false) =>
  Object.assign(new Invocation("settle-1", 0, 60_000, 3000), { isDisturbed });

/** What a pager says to these alerts, one after the other. */
function said(...alerts: readonly [status: string, severity: string, isDisturbed?: boolean][]) {
  const pager = new Pager();
  return alerts.map(([status, severity, isDisturbed]) =>
    pager.take(event(status, severity), invocation(isDisturbed)),
  );
}

describe("the walk's pager", () => {
  it("takes a beginning, that it got worse, its end, and its return", () => {
    expect(
      said(["begun", "error"], ["worse", "critical"], ["over", "info"], ["begun", "error"]),
    ).toEqual([undefined, undefined, undefined, undefined]);
  });

  it("says what it need not have heard", () => {
    const open = "key is open already";
    expect(said(["begun", "error"], ["begun", "error"])).toEqual([undefined, open]);
    expect(said(["begun", "critical"], ["worse", "critical"])).toEqual([undefined, open]);
    expect(said(["over", "info"])).toEqual(["key is resolved and was not open"]);
  });

  it("excuses what a disturbed invocation told, and what comes after it", () => {
    expect(said(["begun", "error", true], ["begun", "error"])).toEqual([undefined, undefined]);
    expect(said(["over", "info", true])).toEqual([undefined]);
  });
});
