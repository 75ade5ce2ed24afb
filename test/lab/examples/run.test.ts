import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { example as fastapi } from "../../../examples/fastapi/example.ts";
import { example as muejam } from "../../../examples/muejam/example.ts";
import type { Example } from "../../../lab/examples/example.ts";
import { rowsOf } from "../../../lab/examples/rows.ts";
import { runExample } from "../../../lab/examples/run.ts";
import { type PostgresServer, startPostgres } from "../../../lab/postgres/server.ts";

/** What an example must not get away with. */
describe("a run", { timeout: 120_000 }, () => {
  let postgres: PostgresServer;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres[Symbol.asyncDispose]());

  it("fails where a cache outlasts the grace, a field has no word, and another changes", async () => {
    const [database] = muejam.rotates;
    const wrong: Example = {
      ...muejam,
      rotates: database ? [{ ...database, fields: ["password", "connection_string"] }] : [],
      async start(account) {
        for (const usual of await muejam.start(account)) await usual[Symbol.asyncDispose]();
        const { secret: secretId } = muejam;
        const app = { shows: [], secretId, url: "connection_string", cacheMs: 24 * 3_600_000 };
        return [await account.machine(app)];
      },
    };
    const shown = await runExample(wrong, postgres);
    const own = shown.problems.filter((problem) => problem.includes(muejam.secret));
    expect(own).toEqual([
      `username of ${muejam.secret} is neither rotated nor a setting`,
      `rotated_at of ${muejam.secret} is neither rotated nor a setting`,
      `other bytes of ${muejam.secret} changed`,
    ]);
    expect(shown.problems.at(-1)).toMatch(/^[1-9]\d* logins failed: \w+$/);
    expect(rowsOf(wrong, shown)[0]).toMatchObject({ status: "failed", credential: "password" });
  });

  it("fails where a call is refused, and a foreign key was touched", { tags: "ci" }, async () => {
    const secretId = "production/api-keys/resend";
    const [resend] = muejam.rotates.filter(({ fields: [name] }) => name === "api_key");
    const wrong: Example = {
      ...muejam,
      secret: secretId,
      rotates: resend ? [resend] : [],
      async start(account) {
        const api_key = account.key("resend", { permission: "sending_access" }).credential;
        const rotated_at = "2024-01-01T00:00:00Z";
        await account.secret(secretId, { api_key, rotated_at });
        await account.keyAdministrator(`${secretId}-admin`, "resend");
        const { keys } = account.provider("resend");
        for (const key of keys.all) if (key.name === "somebody else's") keys.remove(key);
        // The second one was never a key.
        const calls = (["api_key", "rotated_at"] as const).map(
          (field) => ({ of: "api_key", to: "resend", fields: [field] }) as const,
        );
        return [await account.machine({ shows: [], secretId, calls, cacheMs: 1000 })];
      },
    };
    const { problems } = await runExample(wrong, postgres);
    expect(problems).toContain("a foreign key of resend was touched");
    expect(problems.at(-1)).toMatch(/^[1-9]\d* calls with api_key failed: 400$/);
  });

  it("fails where a credential stays, the old login goes on, and the manifest does not know it", {
    tags: "ci",
  }, async () => {
    const wrong: Example = {
      ...fastapi,
      rotates: [
        ...fastapi.rotates.filter(({ issuer }) => !issuer),
        {
          fields: ["added_later"],
          // Whose login it is said to be has nothing to do with the rotation.
          login: () => ({ ...postgres.superuser, database: "postgres" }),
        },
      ],
      settings: { ...fastapi.settings, [fastapi.secret]: ["api_keys"] },
      start(account) {
        const secret = account.secret.bind(account);
        account.secret = (name, document) =>
          secret(name, name === fastapi.secret ? { ...document, added_later: "kept" } : document);
        return fastapi.start(account);
      },
    };
    const shown = await runExample(wrong, postgres);
    expect(shown.problems).toEqual([
      "added_later was not replaced",
      "the old added_later is still accepted",
    ]);
    expect(rowsOf(wrong, shown).at(-1)).toMatchObject({
      credential: "added_later",
      type: "not in rotation.yml",
      status: "failed",
    });
  });
});
