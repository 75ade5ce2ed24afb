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
  await using proxy = await server.proxy();
  const { strategy, attempts, beside, mirror } = series;
  const timing = { attempts, retryDelayMs: 0 };
  await using world = await startWorld({
    server,
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
