import { randomBytes } from "node:crypto";
import { mixed } from "../mixed-secret.ts";
import { type PostgresProxy, startPostgresProxy } from "../postgres/proxy.ts";
import type { PostgresServer } from "../postgres/server.ts";
import { World, type WorldOptions } from "../world.ts";
import { type Mode, modes, type Target } from "./disturbance.ts";
import { RetirementSubject } from "./retirement-subject.ts";
import { RotationSubject } from "./rotation-subject.ts";
import { SettlementSubject } from "./settlement-subject.ts";
import type { Subject } from "./subject.ts";
import { UnsettledSubject } from "./unsettled-subject.ts";
import type { Verdict } from "./verdict.ts";

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
export interface Series {
  readonly subject: string;
  /** How the subject goes on after the disturbance. */
  readonly recovery: string;
  /** Which part of the subject's sample is this series' own, where others have the same subject. */
  readonly share?: { readonly index: number; readonly count: number };
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
const recoveries = [retried, afresh];

function rotation(
  subject: string,
  strategy: Series["strategy"],
  { first = false, beside }: { first?: boolean; beside?: WorldOptions["beside"] } = {},
): readonly Series[] {
  // A mixed secret has a login in place, too.
  const inPlace = strategy === "in-place" || beside !== undefined;
  return recoveries.map((recovery, index) => ({
    subject,
    strategy,
    ...recovery,
    share: { index, count: recoveries.length },
    ...(beside && { beside }),
    make: (world, proxy) =>
      new RotationSubject(world, proxy, { first, inPlace, afresh: recovery === afresh }),
  }));
}

/** A new strategy or engine adds its line. */
export const rotations: readonly Series[] = [
  ...rotation("postgres in-place", "in-place"),
  ...rotation("postgres alternating-users, first rotation", "alternating-users", { first: true }),
  ...rotation("postgres alternating-users, later rotation", "alternating-users"),
  ...rotation("mixed: alternating-users, in-place in a URL, generated", "alternating-users", {
    beside: mixed,
  }),
];

/** What comes after the promotion. */
export const settlements: readonly Series[] = [
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

/** How many series run at once: each has a server's answers to wait for, or processes of its own. */
const width = 3;

export interface MatrixOptions {
  /** Which of the subjects. Default: all. */
  readonly subjects?: readonly string[];
  /** Which of the cases. Default: all. */
  readonly chosen?: (mode: Mode, point: number, series: Series) => boolean;
  /** The functions are processes, killed by SIGKILL. Default: they run in this process (standin/lambda/in-process.ts). */
  readonly kill?: boolean;
  /** Gets each row when it is complete. */
  readonly progress?: (row: CrashRow) => void;
}

/** Disturbs each call once: deals the calls out to the modes, and in each of them to the recoveries. */
export function onceEach(mode: Mode, point: number, { share }: Series): boolean {
  const { index, count } = share ?? { index: 0, count: 1 };
  return (point + modes.indexOf(mode) + modes.length * index) % (modes.length * count) === 0;
}

/** Every call × every mode × every way to go on, over real servers. */
export async function crashMatrix(
  postgres: PostgresServer,
  options: MatrixOptions = {},
): Promise<CrashRow[]> {
  const { subjects } = options;
  const rows: CrashRow[] = [];
  const waiting = [...rotations, ...settlements].filter(
    ({ subject }) => subjects?.includes(subject) ?? true,
  );
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      for await (const row of run(postgres, next, options)) {
        options.progress?.(row);
        rows.push(row);
      }
    }
  };
  await Promise.all(Array.from({ length: width }, work));
  return rows;
}

async function* run(
  postgres: PostgresServer,
  series: Series,
  { chosen = () => true, kill = false }: MatrixOptions,
): AsyncGenerator<CrashRow> {
  await using proxy = await startPostgresProxy(postgres);
  const { strategy, attempts, beside, mirror } = series;
  const timing = { attempts, retryDelayMs: 0 };
  await using world = await World.start({
    postgres,
    address: proxy,
    strategy,
    name: `crash_${randomBytes(4).toString("hex")}`,
    timing,
    inProcess: !kill,
    ...(beside && { beside }),
    ...(mirror && { mirror }),
  });
  const subject = await series.make(world, proxy);
  const calls = await subject.undisturbed();
  for (const mode of modes) {
    const points = [...calls.keys()].filter((point) => chosen(mode, point, series));
    const row = await cases(subject, mode, calls, points);
    yield { subject: series.subject, mode: `${mode}; ${series.recovery}`, ...row };
  }
}

async function cases(
  subject: Subject,
  mode: Mode,
  calls: readonly string[],
  points: readonly number[],
): Promise<Omit<CrashRow, "subject" | "mode">> {
  const row = { points: 0, lockouts: 0, orphans: 0, failures: 0, details: [] as string[] };
  for (const point of points) {
    const verdict = await verdictOn(subject, { mode, point }, calls);
    const { problems, lockedOut, orphans } = verdict;
    row.points += verdict.isMissed ? 0 : 1;
    row.lockouts += lockedOut ? 1 : 0;
    row.orphans += orphans;
    row.failures += problems.length > 0 ? 1 : 0;
    row.details.push(...problems.map((problem) => `${mode} ${point} ${calls[point]}: ${problem}`));
  }
  return row;
}

/** A case that cannot even be judged is a failure, and those after it say whether it is theirs too. */
async function verdictOn(
  subject: Subject,
  target: Target,
  calls: readonly string[],
): Promise<Verdict> {
  try {
    return await subject.disturbed(target, calls);
  } catch (error) {
    return { problems: [String(error)], lockedOut: false, orphans: 0 };
  }
}
