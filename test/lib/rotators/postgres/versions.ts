import { afterAll, beforeAll, describe } from "vitest";
import { type PostgresServer, startPostgres } from "../../../../lab/postgres/server.ts";
import { isInstalled, olderMajors, olderVersions } from "../../../../lab/postgres/versions.ts";
import { everything } from "../../../everything.ts";
import { cannotRun } from "../../../needing.ts";

/** 14 to 17 in `.ci/run`. */
const majors = everything ? [18 as const, ...olderMajors] : [18 as const];

/**
 * The same tests on several major versions, each on a server of its own. One that is not installed is a
 * failure where CI is set, and skipped elsewhere.
 */
export function onMajorVersions(
  tests: (server: () => PostgresServer, major: number) => void,
): void {
  for (const major of majors) {
    if (major !== 18 && !isInstalled(major)) {
      cannotRun(`PostgreSQL ${olderVersions[major]} is not installed; run \`npm run servers\``);
      continue;
    }
    describe(`PostgreSQL ${major}`, () => {
      let server: PostgresServer;
      beforeAll(async () => {
        server = await startPostgres(major === 18 ? {} : { older: major });
      });
      afterAll(() => server?.[Symbol.asyncDispose]());
      tests(() => server, major);
    });
  }
}
