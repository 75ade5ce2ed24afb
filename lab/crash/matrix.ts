import { mixed } from "../mixed-secret.ts";
import { type PostgresProxy, startPostgresProxy } from "../postgres/proxy.ts";
import type { PostgresServer } from "../postgres/server.ts";
import { World, type WorldOptions } from "../world.ts";
import { type Mode, modes } from "./disturbance.ts";
import { RetirementSubject } from "./retirement-subject.ts";
import { RotationSubject } from "./rotation-subject.ts";
import { SettlementSubject } from "./settlement-subject.ts";
import type { Subject } from "./subject.ts";
import { UnsettledSubject } from "./unsettled-subject.ts";

export interface CrashRow {
  readonly subject: string;
  readonly mode: string;
  /** Calls that were disturbed, one a case. */
  readonly points: number;
  /** Cases after which AWSCURRENT is refused. */
  readonly lockouts: number;
  /** Credentials still accepted that AWSCURRENT does not hold, over all cases. */
  readonly orphans: number;
  /** Cases that did not converge, or in which AWSCURRENT was refused when nobody was switching. */
  readonly failures: number;
  /** What was wrong, a line a case. */
  readonly details: readonly string[];
}

/** One secret that goes through all its cases one after the other, settled in between. */
interface Series {
  readonly subject: string;
  readonly recovery: string;
  readonly strategy: "in-place" | "alternating-users";
  /** How often Secrets Manager tries a rotation: once, where somebody starts a fresh one by hand. */
  readonly attempts: number;
  /** What the secret holds beside one login. */
  readonly beside?: WorldOptions["beside"];
  /** What the manifest says under `mirror`. */
  readonly mirror?: object;
  make(world: World, proxy: PostgresProxy): Subject | Promise<Subject>;
}

const retried = { recovery: "retried with the same token", attempts: 2 } as const;
const afresh = { recovery: "AWSPENDING removed, fresh rotation", attempts: 1 } as const;

function rotation(
  subject: string,
  strategy: Series["strategy"],
  { first = false, beside }: { first?: boolean; beside?: WorldOptions["beside"] } = {},
): readonly Series[] {
  // A mixed secret has a login in place, too.
  const inPlace = strategy === "in-place" || beside !== undefined;
  return [retried, afresh].map((recovery) => ({
    subject,
    strategy,
    ...recovery,
    ...(beside && { beside }),
    make: (world, proxy) =>
      new RotationSubject(world, proxy, { first, inPlace, afresh: recovery === afresh }),
  }));
}

/** A milestone that brings a strategy, an engine or a call adds its line. */
export const series: readonly Series[] = [
  ...rotation("postgres in-place", "in-place"),
  ...rotation("postgres alternating-users, first rotation", "alternating-users", { first: true }),
  ...rotation("postgres alternating-users, later rotation", "alternating-users"),
  ...rotation("mixed: alternating-users, in-place in a URL, generated", "alternating-users", {
    beside: mixed,
  }),
  {
    subject: "postgres alternating-users, retire",
    strategy: "alternating-users",
    recovery: "retried",
    attempts: 1,
    make: (world, proxy) => new RetirementSubject(world, proxy),
  },
  {
    subject: "postgres alternating-users, one unsettled before",
    strategy: "alternating-users",
    ...retried,
    make: (world, proxy) => new UnsettledSubject(world, proxy),
  },
  {
    subject: "settle, one ECS service",
    strategy: "in-place",
    recovery: "the message comes again",
    attempts: 1,
    make: (world, proxy) => SettlementSubject.start(world, proxy),
  },
  {
    subject: "settle, one ECS service that reads a parameter",
    strategy: "in-place",
    recovery: "the message comes again",
    attempts: 1,
    mirror: { parameters: { password: "/app/password" } },
    make: (world, proxy) => SettlementSubject.start(world, proxy, "/app/password"),
  },
];

/** How many series run at once: each has processes of its own, and a server's answer to wait for. */
const width = 3;

/**
 * Every call × every mode × every way to go on; real servers, real kills.
 * @param progress hears of each row when it is complete
 * @param every disturb each call in one mode of so many only: 4 is a quarter of the matrix, in which each call
 *   still has its turn
 */
export async function crashMatrix(
  postgres: PostgresServer,
  { progress = () => {}, every = 1 }: { progress?: (row: CrashRow) => void; every?: number } = {},
): Promise<CrashRow[]> {
  const rows: CrashRow[] = [];
  const waiting = [...series.entries()];
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [index, each] = next;
      for await (const row of run(postgres, each, { name: `crash${index}`, every })) {
        progress(row);
        rows.push(row);
      }
    }
  };
  await Promise.all(Array.from({ length: width }, work));
  return rows;
}

async function* run(
  postgres: PostgresServer,
  of: Series,
  { name, every }: { name: string; every: number },
): AsyncGenerator<CrashRow> {
  await using proxy = await startPostgresProxy(postgres);
  const { strategy, attempts, beside, mirror } = of;
  const timing = { attempts, retryDelayMs: 0 };
  await using world = await World.start({
    postgres,
    address: proxy,
    strategy,
    name,
    timing,
    ...(beside && { beside }),
    ...(mirror && { mirror }),
  });
  const subject = await of.make(world, proxy);
  for (const [turn, mode] of modes.entries()) {
    const row = await cases(subject, mode, (point) => (point + turn) % every === 0);
    yield { subject: of.subject, mode: `${mode}; ${of.recovery}`, ...row };
  }
}

async function cases(
  subject: Subject,
  mode: Mode,
  isChosen: (point: number) => boolean,
): Promise<Omit<CrashRow, "subject" | "mode">> {
  const calls = await subject.undisturbed();
  const row = { points: 0, lockouts: 0, orphans: 0, failures: 0, details: [] as string[] };
  for (const [point, call] of calls.entries()) {
    if (!isChosen(point)) continue;
    const found = await subject.disturbed({ mode, point }, calls);
    const { problems, lockedOut, orphans } = found;
    row.points += found.isMissed ? 0 : 1;
    row.lockouts += lockedOut ? 1 : 0;
    row.orphans += orphans;
    row.failures += problems.length > 0 ? 1 : 0;
    row.details.push(...problems.map((problem) => `${mode} ${point} ${call}: ${problem}`));
  }
  return row;
}
