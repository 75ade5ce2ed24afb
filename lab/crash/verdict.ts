import { unlike } from "../mixed-secret.ts";
import type { World } from "../world.ts";

/** The result of one case. */
export interface Verdict {
  /** The run ended before the call: the number of calls depends on how fast ECS is. */
  readonly isMissed?: boolean;
  readonly problems: readonly string[];
  /** AWSCURRENT is refused. */
  readonly lockedOut: boolean;
  /** Credentials of this case's versions that are accepted beside AWSCURRENT. */
  readonly orphans: number;
}

/** How things stood before a case. */
export interface Before {
  readonly current: string;
  readonly versions: ReadonlySet<string>;
}

export async function before(world: World): Promise<Before> {
  const { AWSCURRENT: current = "" } = await world.labels();
  return { current, versions: new Set(await world.versionIds()) };
}

/**
 * Settles, then checks the labels and, by real logins, every version that the case touched.
 * @param leaked AWSPREVIOUS leaked
 */
export async function verdict(
  world: World,
  was: Before,
  found: readonly string[],
  leaked = false,
): Promise<Verdict> {
  const problems = [...found];
  const lockedOut = !(await currentLogsIn(world));
  if (!(await world.settle())) problems.push("the old credential is still accepted");
  const {
    AWSPENDING: pending,
    AWSCURRENT: current = "",
    RETIRING: retiring,
  } = await world.labels();
  if (pending && pending !== current) problems.push("AWSPENDING is left behind");
  if (retiring) problems.push("RETIRING is left behind");
  if (current === was.current) problems.push("AWSCURRENT was not replaced");
  else
    problems.push(
      ...unlike(await world.secret(), await world.secret({ VersionStage: "AWSPREVIOUS" }), leaked),
    );
  // The previous AWSCURRENT has just been proven dead by settling.
  const touched = (await world.versionIds()).filter(
    (id) => id !== current && !was.versions.has(id),
  );
  const accepted = await Promise.all(touched.map((id) => world.versionAccepted(id)));
  return { problems, lockedOut, orphans: accepted.filter(Boolean).length };
}

export async function currentLogsIn(world: World): Promise<boolean> {
  return world.accepts(await world.secret());
}
