import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { example as fastapi } from "../../../examples/fastapi/example.ts";
import { example as muejam } from "../../../examples/muejam/example.ts";
import type { Example } from "../../../lab/examples/example.ts";
import { startReader } from "../../../lab/examples/reader.ts";
import { rowsOf } from "../../../lab/examples/rows.ts";
import { runExample } from "../../../lab/examples/run.ts";
import { type PostgresServer, startPostgres } from "../../../lab/postgres/server.ts";

/** What an example must not get away with. */
describe("a run", { timeout: 60_000 }, () => {
  let postgres: PostgresServer;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres[Symbol.asyncDispose]());

  it("fails where a cache outlasts the grace, a field has no word, and another changes", async () => {
    const [database] = muejam.rotates;
    const wrong: Example = {
      ...muejam,
      grace: "0s",
      rotates: database ? [{ ...database, fields: ["password", "connection_string"] }] : [],
      async start(account) {
        for (const usual of await muejam.start(account)) await usual[Symbol.asyncDispose]();
        const env = account.aws.env("reader");
        const { type, ca } = postgres;
        const options = { env, type, secretId: muejam.secret, ca, cacheMs: 60_000 };
        return [await startReader(options)];
      },
    };
    const shown = await runExample(wrong, postgres);
    expect(shown.problems).toEqual([
      `username of ${muejam.secret} is neither rotated, nor listed as not yet, nor a setting`,
      `rotated_at of ${muejam.secret} is neither rotated, nor listed as not yet, nor a setting`,
      `other bytes of ${muejam.secret} changed`,
      expect.stringMatching(/^[1-9]\d* logins failed$/),
    ]);
    expect(rowsOf(wrong, shown)[0]).toMatchObject({ status: "failed", credential: "password" });
  });

  it("fails where a credential stays, the old login goes on, and the manifest does not know it", async () => {
    const wrong: Example = {
      ...fastapi,
      rotates: [
        ...fastapi.rotates,
        {
          fields: ["api_keys"],
          // Whose login it is said to be has nothing to do with the rotation.
          login: () => ({ ...postgres.superuser, database: "postgres" }),
        },
      ],
      notYet: fastapi.notYet.filter(({ fields }) => !fields.includes("api_keys")),
    };
    const shown = await runExample(wrong, postgres);
    expect(shown.problems).toEqual([
      "api_keys was not replaced",
      "the old api_keys is still accepted",
    ]);
    expect(rowsOf(wrong, shown).at(2)).toMatchObject({
      credential: "api_keys",
      type: "not in rotation.yml",
      status: "failed",
    });
  });
});
