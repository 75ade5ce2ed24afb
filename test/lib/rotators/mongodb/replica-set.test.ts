import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Documents } from "../../../../lab/mongodb/documents.ts";
import { MongodbDouble } from "../../../../lab/mongodb/double.ts";
import { UserStore } from "../../../../lab/mongodb/users.ts";
import { makeAuthority } from "../../../../lab/postgres/certificates.ts";
import { freePort } from "../../../../lab/postgres/free-port.ts";
import { accepts } from "../../../../lib/rotators/login/engine.ts";
import type { Login } from "../../../../lib/rotators/login/login.ts";
import { mongodb } from "../../../../lib/rotators/mongodb/mongodb.ts";
import { anyTime, newPassword, sessionOf } from "../../../contracts/engine.ts";

describe("a replica set (doubles)", () => {
  const members: MongodbDouble[] = [];
  const password = newPassword();
  let login: Login;
  const elect = (index: number) => {
    const hosts = members.map(({ port }) => `127.0.0.1:${port}`);
    for (const [at, member] of members.entries()) {
      member.isPrimary = at === index;
      member.replicaSet = { primary: hosts[index] ?? "", hosts };
    }
  };

  beforeAll(async () => {
    const authority = await makeAuthority();
    const store = { users: new UserStore(), documents: new Documents() };
    for (let count = 0; count < 3; count += 1)
      members.push(await MongodbDouble.start({ authority, store }));
    store.users.create("app", "admin", { pwd: password.reveal(), roles: ["root"] });
    const hosts = members.map(({ port }) => `127.0.0.1:${port}`).join(",");
    const { port = 0 } = members[0] ?? {};
    login = {
      host: "127.0.0.1",
      port,
      database: "admin",
      username: "app",
      password,
      ca: { pem: authority.certificate },
      passwordForm: "verifier",
      options: { hosts },
    };
  });
  afterAll(() => Promise.all(members.map((member) => member[Symbol.asyncDispose]())));

  const usersOf = (member: MongodbDouble | undefined) =>
    [...(member?.sessions ?? [])].flatMap(({ user }) => user ?? []);

  it.each([0, 1, 2])("is logged in to on its primary: %i", async (index) => {
    elect(index);
    await using session = await sessionOf(mongodb, login);
    await session.setPassword("app", password, anyTime());
    expect(usersOf(members[index])).toHaveLength(1);
    for (const [at, member] of members.entries())
      if (at !== index) expect(usersOf(member)).toEqual([]);
  });

  it("is found by any member that answers", async () => {
    elect(2);
    const options = { hosts: `127.0.0.1:${await freePort()},127.0.0.1:${members[1]?.port}` };
    expect(await accepts(mongodb, { ...login, port: await freePort(), options }, anyTime())).toBe(
      true,
    );
  });

  it("whose primary a URL does not name is followed to it, once its certificate is right", async () => {
    elect(2);
    const { options: _, ...single } = login;
    expect(await accepts(mongodb, single, anyTime())).toBe(true);
    for (const member of members)
      member.replicaSet = { primary: `0.0.0.0:${members[2]?.port}`, hosts: [] };
    await expect(accepts(mongodb, single, anyTime())).rejects.toMatchObject({
      code: "TLS_FAILED",
      message: expect.stringContaining("0.0.0.0"),
    });
  });

  it("without a primary takes no login now", async () => {
    elect(-1);
    await expect(accepts(mongodb, login, anyTime())).rejects.toMatchObject({
      code: "LOGIN_FORBIDDEN",
      retryable: true,
      message: expect.stringContaining("takes changes now"),
    });
  });

  it("is not searched where the URL says directConnection; such a member takes no change", async () => {
    elect(1);
    await using session = await sessionOf(mongodb, { ...login, options: { direct: "true" } });
    expect(usersOf(members[0])).toHaveLength(1);
    const readOnly = { code: "READ_ONLY_SERVER" };
    await expect(session.rehearsePassword("app", anyTime())).rejects.toMatchObject(readOnly);
    const change = session.setPassword("app", newPassword(), anyTime());
    await expect(change).rejects.toMatchObject(readOnly);
  });

  it("that elects another primary in the middle refuses the change", async () => {
    elect(0);
    await using session = await sessionOf(mongodb, login);
    elect(1);
    const change = session.setPassword("app", newPassword(), anyTime());
    await expect(change).rejects.toMatchObject({ code: "READ_ONLY_SERVER" });
    expect(await accepts(mongodb, login, anyTime())).toBe(true);
  });
});
