import { describe, expect, it } from "vitest";
import { modes } from "../../../lab/crash/disturbance.ts";
import { onceEach, type Series, sampledLogins } from "../../../lab/crash/series.ts";
import { missingServer } from "../../../lab/servers.ts";
import { everything } from "../../everything.ts";
import { cannotRun } from "../../needing.ts";
import { expectConverged } from "./expect-converged.ts";

/** PostgreSQL stands for all servers: what differs elsewhere are the calls to the server, of which each recovery meets all. */
const wanted = sampledLogins.filter(
  ({ type, master, share }) => everything || type === "postgres" || (!master && share?.index === 0),
);
const series = wanted.filter(({ type }) => missingServer(type) === undefined);
const missing = new Set(wanted.flatMap(({ type }) => missingServer(type) ?? []));

const strideOf = ({ type }: Series) => {
  if (everything) return type === "postgres" ? 1 : 6;
  return type === "postgres" ? 2 : 10;
};

describe.each([...missing])("%s", cannotRun);

describe("a login's rotation or retirement disturbed at any call", { timeout: 1_800_000 }, () => {
  it("converges, without a lock-out and without an orphan", async () => {
    const rows = await expectConverged({
      series,
      chosen: (mode, point, each) => onceEach(strideOf(each))(mode, point, each),
    });
    expect(rows).toHaveLength(series.length * modes.length);
    for (const { subject } of series) {
      const points = rows.flatMap((row) => (row.subject === subject ? row.points : []));
      expect(Math.max(...points), subject).toBeGreaterThan(0);
    }
  });
});
