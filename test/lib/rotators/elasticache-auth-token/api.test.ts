import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { whatIsMissing } from "../../../../lab/redis/binaries.ts";
import { accepts } from "../../../../lib/rotators/login/engine.ts";
import type { Login } from "../../../../lib/rotators/login/login.ts";
import type { Secret } from "../../../../lib/secret/secret.ts";
import { AwsError } from "../../../../standin/aws.ts";
import { anyTime, newPassword, sessionOf } from "../../../contracts/engine.ts";
import { describeNeeding } from "../../../needing.ts";
import { everyRendering } from "../../../rendering.ts";
import { openTokenFixture, type TokenFixture } from "./fixture.ts";

describeNeeding(whatIsMissing("redis")(), "AUTH tokens: the API", {}, () => {
  let fixture: TokenFixture;
  beforeAll(async () => {
    fixture = await openTokenFixture();
  });
  afterAll(() => fixture?.[Symbol.asyncDispose]());

  async function by<T>(login: Login, work: (session: Changing) => Promise<T>): Promise<T> {
    await using session = await sessionOf(fixture.engine, login);
    if (!session.secondPassword) throw new Error("no second password");
    return await work(session.secondPassword);
  }
  type Changing = NonNullable<Awaited<ReturnType<typeof sessionOf>>["secondPassword"]>;

  const add = (login: Login, added: Secret<string>) =>
    by(login, (passwords) =>
      passwords.add(login.username, { kept: login.password, added }, anyTime()),
    );
  const accepted = (login: Login, ...tokens: readonly Secret<string>[]) =>
    Promise.all(
      tokens.map((password) => accepts(fixture.engine, { ...login, password }, anyTime())),
    );
  /** What the newest group was asked for, in order. */
  const asked = () =>
    fixture.aws.calls.flatMap(({ operation, input }) =>
      operation === "ModifyReplicationGroup" && input["ReplicationGroupId"] === fixture.groupId
        ? String(input["AuthTokenUpdateStrategy"])
        : [],
    );

  it("is asked once for each change where the reply to ROTATE is lost", async () => {
    const login = await fixture.newUser();
    const next = newPassword();
    {
      using _ = fixture.aws.intercept({
        after: ({ input }) =>
          input["AuthToken"] === next.reveal() && input["AuthTokenUpdateStrategy"] === "ROTATE"
            ? "lose"
            : undefined,
      });
      await expect(add(login, next)).rejects.toMatchObject({
        code: "AWS_CALL_FAILED",
        retryable: true,
      });
    }
    await add(login, next);
    await add(login, next);
    // AWS takes SET only after a ROTATE: a token that was never rotated is rotated in first.
    expect(asked()).toEqual(["SET", "ROTATE", "SET", "ROTATE"]);
    expect(await accepted(login, login.password, next)).toEqual([true, true]);
  });

  it("gives up the newer token of a stranger, never the one in use", async () => {
    const login = await fixture.newUser();
    const [stranger, next] = [newPassword(), newPassword()];
    await fixture.group().rotate(stranger, anyTime());
    await fixture.aws.replicationGroups.caughtUp();
    expect(await accepted(login, login.password, stranger)).toEqual([true, true]);
    await add(login, next);
    expect(await accepted(login, login.password, stranger, next)).toEqual([true, false, true]);
  });

  it("keeps the one in use where SET and ROTATE of it are refused", async () => {
    const login = await fixture.newUser();
    using _ = fixture.aws.intercept({
      before({ input }) {
        if (input["AuthToken"] === login.password.reveal())
          throw new AwsError("InvalidParameterValue", `Bad token ${input["AuthToken"]}`, 400);
      },
    });
    const thrown = await add(login, newPassword()).catch((error: unknown) => error);
    expect(thrown).toMatchObject({ code: "AUTH_TOKEN_REFUSED", retryable: false });
    expect(everyRendering(thrown)).not.toContain(login.password.reveal());
    expect(await accepted(login, login.password)).toEqual([true]);
  });

  it.each([
    [{ userGroups: ["apps"] }, "it has user groups"],
    [{ token: undefined }, "it has none, and rotating one in would leave it open"],
  ])("names a group that cannot be rotated: %o", async (more, problem) => {
    const login = await fixture.newGroupWith(more as object);
    const refused = by(login, (passwords) =>
      passwords.requireUsable(login.username, [login.password], anyTime()),
    );
    await expect(refused).rejects.toMatchObject({
      code: "AUTH_TOKEN_UNUSABLE",
      happened: expect.stringContaining(problem),
    });
    expect(asked()).toEqual([]);
  });

  it("names a user in the secret, whom no token belongs to", async () => {
    await fixture.newUser();
    const app = await fixture.server.newUser();
    const refused = by(app, (passwords) =>
      passwords.requireUsable(app.username, [app.password], anyTime()),
    );
    await expect(refused).rejects.toMatchObject({
      code: "AUTH_TOKEN_UNUSABLE",
      happened: expect.stringContaining(`the secret holds the user ${app.username}`),
    });
  });

  it("asks for nothing while a snapshot is made", async () => {
    const login = await fixture.newUser();
    fixture.aws.replicationGroups.setStatus(fixture.groupId, "snapshotting");
    await expect(
      by(login, (passwords) =>
        passwords.requireUsable(login.username, [login.password], anyTime()),
      ),
    ).rejects.toMatchObject({
      code: "AUTH_TOKEN_BUSY",
      retryable: true,
      happened: expect.stringContaining("snapshotting"),
    });
    await expect(add(login, newPassword())).rejects.toMatchObject({ code: "AUTH_TOKEN_BUSY" });
  });

  it("ends nothing while another change is under way, which may add a token", async () => {
    const login = await fixture.newUser();
    fixture.aws.replicationGroups.setStatus(fixture.groupId, "modifying");
    await expect(
      by(login, (passwords) => passwords.keepOnly(login.username, [login.password], anyTime())),
    ).rejects.toMatchObject({ code: "AUTH_TOKEN_BUSY", retryable: true });
    expect(asked()).toEqual([]);
  });

  it("does not let anybody in without a token count as a login", async () => {
    const login = await fixture.newUser();
    await fixture.server.server.run("ACL", "SETUSER", "default", "nopass");
    await expect(accepted(login, login.password)).rejects.toMatchObject({
      code: "AUTHENTICATION_METHOD_REFUSED",
    });
    await fixture.server.server.setPasswords?.("default", [login.password.reveal()]);
  });

  it("reports a group that does not exist in the account", async () => {
    await fixture.newUser();
    using _ = fixture.aws.intercept({
      before({ operation }) {
        if (operation === "DescribeReplicationGroups")
          throw new AwsError("ReplicationGroupNotFoundFault", "not found", 404);
      },
    });
    await expect(fixture.group().describe(anyTime())).rejects.toMatchObject({
      code: "REPLICATION_GROUP_NOT_FOUND",
      happened: expect.stringMatching(/^There is no ElastiCache replication group main-\d+ in/),
    });
  });

  describe.each(["rotate", "set"] as const)("%s", (change) => {
    it.each([
      [
        "AccessDenied",
        403,
        {
          code: "AWS_CALL_FAILED",
          retryable: false,
          remedy: "Allow elasticache:ModifyReplicationGroup in the function's role.",
        },
      ],
      ["Throttling", 400, { code: "AWS_CALL_FAILED", retryable: true }],
      ["InvalidReplicationGroupState", 400, { code: "AUTH_TOKEN_BUSY", retryable: true }],
      ["InvalidParameterCombination", 400, { code: "AUTH_TOKEN_REFUSED", retryable: false }],
    ] as const)("answers %s, without repeating the token", async (code, status, expected) => {
      await fixture.newUser();
      const token = newPassword();
      using _ = fixture.aws.intercept({
        before({ operation, input }) {
          if (operation === "ModifyReplicationGroup")
            throw new AwsError(code, JSON.stringify(input), status);
        },
      });
      const thrown = await fixture
        .group()
        [change](token, anyTime())
        .catch((error: unknown) => error);
      expect(thrown).toMatchObject(expected);
      expect(everyRendering(thrown)).not.toContain(token.reveal());
    });
  });
});
