import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { adminSecretId, databaseSecretId } from "../../lab/database-secret.ts";
import type { ServerType, Strategy } from "../../lab/server.ts";
import { serverTypes } from "../../lab/servers.ts";
import { actions } from "../../lib/retirement/request.ts";
import { describeNeeding } from "../needing.ts";
import { badAdmins, badDocuments } from "./bad-documents.ts";
import { formsOf } from "./canaries.ts";
import { disturbances } from "./disturbances.ts";
import { places } from "./places.ts";
import { poisons } from "./poisoned-engine.ts";
import { Suspect } from "./suspect.ts";

/**
 * Nothing that a function sees leaves its place, whatever fails; on every server that has the strategy. All but the first
 * one are left to CI.
 */
export function leakSuite(strategy: Strategy): void {
  const servers = Object.entries<ServerType>(serverTypes).filter(([, { strategies }]) =>
    strategies.includes(strategy),
  );
  for (const [index, [type, server]] of servers.entries())
    describeNeeding(server.missing?.(), type, index > 0 ? { tags: "ci" } : {}, () =>
      suiteOf(type, strategy, server.impostors),
    );
}

function suiteOf(type: string, strategy: Strategy, impostors: readonly string[]): void {
  let suspect: Suspect;
  beforeAll(async () => {
    suspect = await Suspect.open(type, strategy);
  });
  afterAll(() => suspect?.[Symbol.asyncDispose]());
  beforeEach(() => suspect.fresh());

  let found = 0;
  const expectNoLeak = async (what: string) => {
    const leaks = await suspect.places.search();
    found += leaks.length;
    expect(leaks, what).toEqual([]);
  };

  /** What this run makes fail leaks nothing; it must make something fail. */
  const failing = async (what: string, run: () => Promise<unknown>) => {
    const before = suspect.failures;
    await run();
    expect(suspect.failures, `nothing failed: ${what}`).toBeGreaterThan(before);
    await expectNoLeak(what);
  };

  /** Puts a value in place of AWSCURRENT, or of the administrator's secret, and the old one back. */
  const withValue = async (
    value: Parameters<Suspect["put"]>[0],
    id: string,
    run: () => Promise<unknown>,
  ) => {
    const [before, admin] = [await suspect.built.world.secret(), await suspect.adminSecret()];
    await suspect.put(value, id);
    await run();
    await suspect.put(id === databaseSecretId ? before : admin, id);
  };

  // Users of MariaDB may not give themselves a second password.
  const needsAdmin =
    strategy === "alternating-users" || (strategy === "two-passwords" && type === "mariadb");

  describe(`${type} ${strategy}: nothing leaks`, { timeout: 600_000 }, () => {
    it("when nothing fails", async () => {
      for (const step of ["createSecret", "setSecret", "testSecret", "finishSecret"] as const)
        expect(await suspect.run(step), step).toBe(true);
      const { RETIRING } = await suspect.built.world.labels();
      for (const action of actions) await suspect.retire(action, String(RETIRING));
      await expectNoLeak("a rotation");
    });

    const ways = Object.entries(disturbances).map(([what, disturb], way) => ({
      what,
      disturb,
      way,
    }));
    it.each(ways)("when $what, whichever it is", async ({ what, disturb, way }) => {
      await suspect.disturbEveryCall(disturb, (at) => expectNoLeak(`${what}: ${at}`), way);
    });

    it.each(impostors)("when the server does this: %s", async (mode) => {
      await using hostile = await suspect.server.impostor(mode);
      const current = await suspect.built.world.secret();
      const port = String(hostile.port);
      const moved = current.connection_string.replace(`:${current.port}/`, `:${port}/`);
      const value = { ...current, port, connection_string: moved };
      await withValue(value, databaseSecretId, () =>
        failing(mode, async () => {
          await suspect.run("createSecret");
          await suspect.run("setSecret");
          suspect.places.add("strangers", hostile.sent().toString("latin1"));
        }),
      );
    });

    it("when the server is down", async () => {
      await suspect.run("createSecret");
      await suspect.server.stop();
      await failing("down", () => suspect.run("setSecret"));
      await suspect.server.start();
    });

    it("when the password is wrong", async () => {
      await suspect.run("createSecret");
      const { username, password } = await suspect.built.world.secret();
      await suspect.server.setPassword(username, suspect.newCanary("password set by hand"));
      await suspect.run("setSecret");
      await expectNoLeak("wrong password");
      await suspect.server.setPassword(username, password);
    });

    it("when time runs out, in the database and in AWS", async () => {
      await suspect.run("createSecret");
      const never = () => new Promise<never>(() => {});
      {
        using _ = suspect.built.proxy.intercept({ before: never });
        await failing("database", () => suspect.run("setSecret", suspect.functions.short));
      }
      using _ = suspect.built.world.aws.intercept({
        before: ({ operation }) => (operation === "GetSecretValue" ? never() : undefined),
      });
      await failing("AWS", () => suspect.run("setSecret", suspect.functions.short));
    });

    it("when alerts fail, too", async () => {
      const deny = disturbances["AWS denies a call and echoes its input"];
      using _ = suspect.built.deny("TagResource");
      using __ = suspect.built.deny("Publish", "AuthorizationError");
      using ___ = deny?.(suspect.built, 2);
      await failing("alerts", () => suspect.run("createSecret"));
    });

    it.each(badDocuments)("when AWSCURRENT %s", async (what, change) => {
      const canary = suspect.newCanary("in a bad document");
      const value = change(await suspect.built.world.secret(), canary);
      await withValue(value, databaseSecretId, () =>
        failing(what, async () => {
          if (await suspect.run("createSecret")) await suspect.run("setSecret");
        }),
      );
    });

    it("when AWSPENDING was edited by hand", async () => {
      const current = await suspect.built.world.secret();
      for (const edit of [
        { host: "elsewhere" },
        { note: suspect.newCanary("note") },
        { password: "" },
      ]) {
        await suspect.built.begin();
        await suspect.putPending({ ...current, ...edit });
        await failing("edited", () => suspect.run("setSecret"));
      }
    });

    it("when code throws what nobody foresaw, with the password in it", async () => {
      await suspect.run("createSecret");
      for (const [index] of poisons.entries())
        await failing(`poison ${index}`, () =>
          suspect.run("setSecret", suspect.functions.poisoned),
        );
    });

    it("when the event is none of ours", async () => {
      const { token, rotationToken } = suspect.built;
      for (const event of [
        {},
        { Step: "rotate", SecretId: databaseSecretId, ClientRequestToken: token },
        { Step: "setSecret", SecretId: databaseSecretId, ClientRequestToken: 1 },
        { Step: { rotationToken }, SecretId: [rotationToken], ClientRequestToken: rotationToken },
      ])
        await failing(JSON.stringify(event), () => suspect.invoke(event));
    });

    it("when Secrets Manager tells of a failure, in whatever words", async () => {
      const canary = suspect.newCanary("in an event of Secrets Manager");
      const { watch } = suspect.functions;
      const sighting = (SecretId: unknown, eventName: unknown = "RotationFailed") => ({
        detail: {
          eventName,
          additionalEventData: { SecretId },
          requestID: canary,
          errorMessage: canary,
        },
      });
      const { secretArn } = suspect.built.world;
      const before = suspect.built.mark;
      await failing("told", async () => {
        expect(await suspect.invoke(sighting(secretArn), watch)).toBe(true);
        expect(suspect.built.alerts(before)).toMatchObject([{ kind: "rotation-failed" }]);
        expect(await suspect.invoke(sighting(secretArn, canary), watch)).toBe(false);
        expect(await suspect.invoke(sighting([canary]), watch)).toBe(false);
      });
      using _ = disturbances["AWS denies a call and echoes its input"]?.(suspect.built, 1);
      const { mark } = suspect.built;
      expect(await suspect.invoke(sighting(secretArn), watch)).toBe(true);
      expect(suspect.built.alerts(mark)).toMatchObject([{ code: "SECRET_UNSEEN" }]);
      await expectNoLeak("unseen");
    });

    if (needsAdmin)
      it.each(badAdmins)("when the administrator's secret %s", async (what, change) => {
        const value = change(await suspect.adminSecret(), suspect.newCanary("administrator's"));
        await suspect.run("createSecret");
        await withValue(value, adminSecretId, () => failing(what, () => suspect.run("setSecret")));
      });

    if (needsAdmin)
      it("when the administrator lacks a permission", async () => {
        await suspect.run("createSecret");
        await suspect.server.letAdminister("leak_admin", false);
        await failing("permission", () => suspect.run("setSecret"));
        await suspect.server.letAdminister("leak_admin", true);
      });

    it("and every place was looked into, the server's log with its statements", async () => {
      const log = suspect.server.log();
      for (const written of suspect.server.loggedStatements)
        expect(written.test(log), String(written)).toBe(true);
      const characters = Object.fromEntries(suspect.places.searched);
      for (const place of places.filter((each) => each !== "strangers"))
        expect(characters[place], place).toBeGreaterThan(0);
      expect(suspect.failures).toBeGreaterThan(50);
      const canaries = suspect.places.canaries.size;
      const forms = formsOf("").length;
      const figures = {
        strategy,
        failures: suspect.failures,
        canaries,
        forms,
        places: places.length,
      };
      console.log(JSON.stringify({ ...figures, found, charactersSearched: characters }));
    });
  });
}
