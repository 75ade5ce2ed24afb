/** @module-tag ci */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type PostgresServer, startPostgres } from "../../../../lab/postgres/server.ts";
import { accepts } from "../../../../lib/rotators/login/engine.ts";
import type { Login } from "../../../../lib/rotators/login/login.ts";
import { postgres } from "../../../../lib/rotators/postgres/postgres.ts";
import { anyTime, newPassword, sessionOf } from "../../../contracts/engine.ts";
import { openPostgresFixture } from "./fixture.ts";

let server: PostgresServer;
let login: Login;
beforeAll(async () => {
  server = await startPostgres();
  const fixture = await openPostgresFixture(server);
  login = await fixture.newUser();
  const [data] = await fixture.query("SHOW data_directory");
  await fixture[Symbol.asyncDispose]();
  await server.stop();
  // With this file it starts as a hot standby (PostgreSQL documentation, 26.2.2).
  await writeFile(join(String(data?.["data_directory"]), "standby.signal"), "", { mode: 0o644 });
  // It waits for a server that takes writes, which this one never becomes.
  server.start().catch(() => {});
  await vi.waitFor(() => server.query("SELECT 1"), { timeout: 10_000 });
});
afterAll(() => server?.[Symbol.asyncDispose]());

describe("a hot standby", () => {
  it("is one", async () => {
    expect(await server.query("SELECT pg_is_in_recovery() AS standby")).toEqual([
      { standby: true },
    ]);
  });

  it("lets in and is told to be read-only", async () => {
    await using session = await sessionOf(postgres, login);
    const expected = {
      code: "READ_ONLY_SERVER",
      retryable: false,
      message: expect.stringContaining("writer endpoint"),
    };
    await expect(session.rehearsePassword(login.username, anyTime())).rejects.toMatchObject(
      expected,
    );
    const change = session.setPassword(login.username, newPassword(), anyTime());
    await expect(change).rejects.toMatchObject(expected);
    expect(await accepts(postgres, login, anyTime())).toBe(true);
  });
});
