import { describe, expect, it } from "vitest";
import { modes } from "../../../lab/crash/disturbance.ts";
import { onceEach, type Series, sampledLogins } from "../../../lab/crash/series.ts";
import { missingServer } from "../../../lab/servers.ts";
import { everything, sampled } from "../../everything.ts";
import { cannotRun } from "../../needing.ts";
import { expectConverged } from "./expect-converged.ts";

/** PostgreSQL stands for all servers: what differs elsewhere are the calls to the server, which `.ci/run` disturbs. */
const wanted = sampledLogins.filter(
  ({ type, master }) => everything || (type === "postgres" && !master),
);
const here = wanted.filter(({ type }) => missingServer(type) === undefined);
// A series begins with a world of its own, and with a rotation that is not disturbed.
const series = sampled(here, 3);
const missing = new Set(wanted.flatMap(({ type }) => missingServer(type) ?? []));

const strideOf = ({ type }: Series) => {
  if (everything) return type === "postgres" ? 3 : 15;
  return 4;
};

describe.each([...missing])("%s", cannotRun);

describe("a login's rotation or retirement disturbed at any call", { timeout: 1_800_000 }, () => {
  it("converges, without a lock-out and without an orphan", async () => {
    const rows = await expectConverged({
      series,
      chosen: (mode, point, each) => onceEach(strideOf(each))(mode, point, each),
    });
    expect(rows).toHaveLength(series.length * modes.length);
    const pointsOf = (name: string) =>
      rows.reduce((sum, { subject, points }) => sum + (subject === name ? points : 0), 0);
    const subjects = [...new Set(series.map(({ subject }) => subject))];
    const disturbed = subjects.filter((subject) => pointsOf(subject) > 0);
    if (everything) expect(disturbed).toEqual(subjects);
    else expect(disturbed.length).toBeGreaterThan(subjects.length / 2);
  });
});
