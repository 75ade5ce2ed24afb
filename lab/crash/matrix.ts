import { randomBytes } from "node:crypto";
import type { Server } from "../server.ts";
import { serverType } from "../servers.ts";
import { startWorld } from "../world.ts";
import { type Mode, modes, type Target } from "./disturbance.ts";
import { loginSeries, type Series, settlementSeries } from "./series.ts";
import type { Subject } from "./subject.ts";
import type { Verdict } from "./verdict.ts";

export interface CrashRow {
  readonly subject: string;
  readonly mode: string;
  /** Disturbed calls: one per case. */
  readonly points: number;
  /** Cases after which AWSCURRENT is refused. */
  readonly lockouts: number;
  /** Credentials still accepted that AWSCURRENT does not hold, over all cases. */
  readonly orphans: number;
  /** Cases that did not converge, or in which AWSCURRENT was refused outside a switch. */
  readonly failures: number;
  /** One line per problem. */
  readonly details: readonly string[];
}

/** Of a world whose password RDS changes: rotations mostly wait. */
const pace = 20;

/** How many series run at once: each waits for servers, or has processes of its own. */
const width = 3;

export interface MatrixOptions {
  /** Default: all. */
  readonly series?: readonly Series[];
  /** Which of the cases. Default: all. */
  readonly chosen?: (mode: Mode, point: number, series: Series) => boolean;
  /** The functions are processes, killed by SIGKILL. Default: they run in this process. */
  readonly kill?: boolean;
  /** Gets each row when it is complete. */
  readonly progress?: (row: CrashRow) => void;
}

/** Every call × every mode × every recovery, on real servers. */
export async function crashMatrix(options: MatrixOptions = {}): Promise<CrashRow[]> {
  const { series = [...loginSeries, ...settlementSeries] } = options;
  await using parts = new AsyncDisposableStack();
  const servers = new Map<string, Server>();
  for (const { type } of series)
    if (!servers.has(type)) servers.set(type, parts.use(await serverType(type).start()));
  const rows: CrashRow[] = [];
  const waiting = [...series];
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const server = servers.get(next.type);
      if (!server) continue;
      for await (const row of run(server, next, options)) {
        options.progress?.(row);
        rows.push(row);
      }
    }
  };
  await Promise.all(Array.from({ length: width }, work));
  return rows;
}

async function* run(
  server: Server,
  series: Series,
  { chosen = () => true, kill = false }: MatrixOptions,
): AsyncGenerator<CrashRow> {
  await using worlds = new AsyncDisposableStack();
  const { worlds: count = 1 } = series;
  const starting = Array.from({ length: count }, () => start(server, series, kill, worlds));
  const subjects = await Promise.all(starting);
  const calls = (await subjects[0]?.undisturbed()) ?? [];
  for (const mode of modes) {
    const points = [...calls.keys()].filter((point) => chosen(mode, point, series));
    const row = await cases(subjects, mode, calls, points);
    yield { subject: series.subject, mode: `${mode}; ${series.recovery}`, ...row };
  }
}

async function start(
  shared: Server,
  { type, strategy, attempts, beside, master, aclUser, authToken, mirror, lambda, make }: Series,
  kill: boolean,
  parts: AsyncDisposableStack,
): Promise<Subject> {
  // A server has one token for whoever logs in.
  const server = authToken ? parts.use(await serverType(type).start()) : shared;
  const proxy = parts.use(await server.proxy());
  const world = await startWorld({
    server,
    address: proxy,
    strategy,
    name: `crash_${randomBytes(4).toString("hex")}`,
    timing: { attempts, retryDelayMs: 0 },
    inProcess: !kill,
    ...(beside && { beside }),
    ...(master && { master, pace }),
    ...(aclUser && { aclUser, pace }),
    // Half a minute is waited for servers that may lag.
    ...(authToken && { authToken, pace: 5 * pace }),
    ...(mirror && { mirror }),
    ...(lambda && { lambda }),
  });
  parts.use(world);
  return make(world, proxy);
}

/** Each subject takes the next case when it is free. */
async function cases(
  subjects: readonly Subject[],
  mode: Mode,
  calls: readonly string[],
  points: readonly number[],
): Promise<Omit<CrashRow, "subject" | "mode">> {
  const row = { points: 0, lockouts: 0, orphans: 0, failures: 0, details: [] as string[] };
  const waiting = [...points];
  const work = async (subject: Subject) => {
    for (let point = waiting.shift(); point !== undefined; point = waiting.shift()) {
      const verdict = await verdictOn(subject, { mode, point }, calls);
      const { problems, lockedOut, orphans } = verdict;
      row.points += verdict.isMissed ? 0 : 1;
      row.lockouts += lockedOut ? 1 : 0;
      row.orphans += orphans;
      row.failures += problems.length > 0 ? 1 : 0;
      row.details.push(
        ...problems.map((problem) => `${mode} ${point} ${calls[point]}: ${problem}`),
      );
    }
  };
  await Promise.all(subjects.map(work));
  return row;
}

/** A case that cannot be judged is a failure; the next cases show whether it affects them. */
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
