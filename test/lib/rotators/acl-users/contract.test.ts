import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { whatIsMissing } from "../../../../lab/redis/binaries.ts";
import { Secret } from "../../../../lib/secret/secret.ts";
import { AwsError } from "../../../../standin/aws.ts";
import { anyTime, newPassword, sessionOf } from "../../../contracts/engine.ts";
import { secondPasswordContract } from "../../../contracts/second-password.ts";
import { everything } from "../../../everything.ts";
import { describeNeeding } from "../../../needing.ts";
import { everyRendering } from "../../../rendering.ts";
import { type AclFixture, openAclFixture } from "./fixture.ts";

const services = [
  { service: "elasticache", flavour: "redis", change: "ModifyUser" },
  { service: "memorydb", flavour: "valkey", change: "UpdateUser" },
] as const;

for (const [index, { service, flavour, change }] of services.entries())
  describeNeeding(whatIsMissing(flavour)(), service, {}, () => {
    let fixture: AclFixture;
    beforeAll(async () => {
      fixture = await openAclFixture(service, { flavour });
    });
    afterAll(() => fixture?.[Symbol.asyncDispose]());

    // Both services have one session; what differs is tried below.
    const wanted = everything || index === 0;
    const contract = wanted ? secondPasswordContract : () => {};
    contract(
      service,
      {
        login: (login, signal) => fixture.engine.login(login, signal),
        approach: (login, signal) => fixture.engine.approach(login, signal),
      },
      () => fixture,
      {
        byUser: "alone",
        tells: ["user"],
        ends: [],
        texts: [
          ["every sign that AWS takes", "aA1!#$%&'()*+-.:;<=>?[\\]^_`{|}~"],
          ["128 characters", "Ab3-".repeat(32)],
        ],
      },
    );

    type OfUser = Pick<AclFixture, "engine" | "newUser">;
    const passwordsOf = async (
      login: Awaited<ReturnType<OfUser["newUser"]>>,
      { engine }: OfUser = fixture,
    ) => {
      const session = await sessionOf(engine, login);
      if (!session.secondPassword) throw new Error("no second password");
      return { session, passwords: session.secondPassword };
    };
    const asked = (username: string, { aws }: Pick<AclFixture, "aws"> = fixture) =>
      aws.calls.filter(
        ({ operation, input }) =>
          operation === change && JSON.stringify(input).includes(`${username}"`),
      );

    describe(`${service}: the API`, () => {
      it("is asked once where the reply to its change is lost", async () => {
        const login = await fixture.newUser();
        const [next, { session, passwords }] = [newPassword(), await passwordsOf(login)];
        const { username } = login;
        const add = () => passwords.add(username, { kept: login.password, added: next }, anyTime());
        {
          using _ = fixture.aws.intercept({
            after: ({ operation }) => (operation === change ? "lose" : undefined),
          });
          await expect(add()).rejects.toMatchObject({ code: "AWS_CALL_FAILED", retryable: true });
        }
        // A server that lags looks like one that was never told.
        await fixture.aws.aclUsers.caughtUp();
        await add();
        await add();
        expect(asked(username)).toHaveLength(1);
        await session[Symbol.asyncDispose]();
      });

      it("does not end what another change adds meanwhile", async () => {
        await using slow = await openAclFixture(
          service,
          { flavour },
          { changeMs: 30, endMs: 1000 },
        );
        const login = await slow.newUser();
        const [next, { session, passwords }] = [newPassword(), await passwordsOf(login, slow)];
        const { username } = login;
        const adding = passwords.add(username, { kept: login.password, added: next }, anyTime());
        while (asked(username, slow).length === 0)
          await new Promise((resolve) => setTimeout(resolve, 1));
        await expect(
          passwords.keepOnly(username, [login.password], anyTime()),
        ).rejects.toMatchObject({ code: "ACL_USER_BUSY", retryable: true });
        await adding;
        expect(asked(username, slow)).toHaveLength(1);
        await session[Symbol.asyncDispose]();
      });

      it("does not end what a change that it has waited for has added, as far as the server knows", async () => {
        const login = await fixture.newUser();
        const { username } = login;
        const id = service === "elasticache" ? `id-${username}` : username;
        const { aclUsers } = fixture.aws;
        aclUsers.setPasswordCount(id, 2);
        aclUsers.setStatus(id, "modifying");
        using _ = fixture.aws.intercept({
          after({ operation }) {
            if (operation === "DescribeUsers") aclUsers.setStatus(id, "active");
          },
        });
        const { session, passwords } = await passwordsOf(login);
        expect(await session.lock(username, anyTime())).toBe(true);
        await expect(
          passwords.keepOnly(username, [login.password], anyTime()),
        ).rejects.toMatchObject({ code: "ACL_USER_BUSY", retryable: true });
        expect(asked(username)).toEqual([]);
        await session[Symbol.asyncDispose]();
      });

      it.each([
        [{ authentication: "iam" }, "logs in with IAM"],
        [{ authentication: "no-password" }, "needs no password"],
        // In MemoryDB the name is all that there is.
        ...(service === "elasticache"
          ? ([[{ username: "somebody" }, "logs in as somebody"]] as const)
          : []),
      ] as const)("names a user that cannot be rotated: %o", async (more, problem) => {
        const login = await fixture.newUserWith(more);
        const { session, passwords } = await passwordsOf(login);
        const refused = passwords.requireUsable(login.username, [login.password], anyTime());
        await expect(refused).rejects.toMatchObject({
          code: "ACL_USER_UNUSABLE",
          happened: expect.stringContaining(problem),
        });
        await session[Symbol.asyncDispose]();
      });

      it("tells of a user that it does not have", async () => {
        const user = fixture.user("nobody");
        await expect(user.describe(anyTime())).rejects.toMatchObject({
          code: "ACL_USER_NOT_FOUND",
          happened: expect.stringMatching(/^There is no \w+ user \S*nobody in this account/),
        });
      });

      it("refuses a password that is too short, without repeating it", async () => {
        const login = await fixture.newUser();
        const short = "tooShort-1";
        const thrown = await fixture
          .user(login.username)
          .setPasswords([login.password, new Secret(short)], anyTime())
          .catch((error: unknown) => error);
        expect(thrown).toMatchObject({ code: "PASSWORD_REJECTED", retryable: false });
        expect(everyRendering(thrown)).not.toContain(short);
      });

      it.each([
        [
          service === "elasticache" ? "AccessDenied" : "AccessDeniedException",
          403,
          { retryable: false, remedy: `Allow ${service}:${change} in the function's role.` },
        ],
        [
          service === "elasticache" ? "Throttling" : "ThrottlingException",
          400,
          { retryable: true },
        ],
      ] as const)("answers %s", async (code, status, expected) => {
        const login = await fixture.newUser();
        using _ = fixture.aws.intercept({
          before({ operation, input }) {
            if (operation === change) throw new AwsError(code, JSON.stringify(input), status);
          },
        });
        const thrown = await fixture
          .user(login.username)
          .setPasswords([login.password], anyTime())
          .catch((error: unknown) => error);
        expect(thrown).toMatchObject({ code: "AWS_CALL_FAILED", ...expected });
        expect(everyRendering(thrown)).not.toContain(login.password.reveal());
      });
    });
  });
