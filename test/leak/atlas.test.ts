import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Instead } from "../../lab/atlas/project.ts";
import { type AtlasServer, startAtlas } from "../../lab/atlas/server.ts";
import { everything, sampled } from "../everything.ts";
import { disturbances } from "./disturbances.ts";
import { Suspect } from "./suspect.ts";

/** An answer in Atlas's form that quotes the request wherever it can. */
const quoting =
  (status: number, errorCode?: string): Instead =>
  (heard) => ({
    status,
    body: {
      error: status,
      errorCode: errorCode ?? heard,
      detail: heard,
      reason: heard,
      parameters: [heard],
      badRequestDetail: { fields: [{ description: heard, field: heard }] },
    },
  });

const echoes: Readonly<Record<string, Instead>> = {
  "refuses it": quoting(400, "VALIDATION_ERROR"),
  "lets nobody do that": quoting(403, "USER_UNAUTHORIZED"),
  "has a code made of the request": quoting(400),
  "knows no such token": quoting(401, "NOT_ORG_GROUP_CREATOR"),
  "knows no such project": quoting(404, "GROUP_NOT_FOUND"),
  "knows no such user": quoting(404, "USERNAME_NOT_FOUND"),
  "has that user": quoting(409, "USER_ALREADY_EXISTS"),
  "is broken": quoting(500, "UNEXPECTED_ERROR"),
  "says yes, in another form": (heard) => ({
    status: 200,
    body: { username: heard, roles: [heard], labels: [{ key: heard, value: heard }] },
  }),
  "has a page in its place": (heard) => ({ status: 502, text: `<html>${heard}</html>` }),
  "leads elsewhere": (heard) => ({
    status: 302,
    headers: { location: `https://elsewhere.example/?${encodeURIComponent(heard).slice(0, 6000)}` },
  }),
  "asks to wait for long": (heard) => ({
    ...quoting(429, "RATE_LIMITED")(heard),
    headers: { "retry-after": "3600" },
  }),
};

/** Of one answer, requests that get it: all of them, or one of so many. */
const stride = everything ? 2 : 6;

/** More requests than a rotation and its retirement make. */
const endless = 30;

describe("a database user of Atlas: nothing leaks", { timeout: 600_000 }, () => {
  let suspect: Suspect;
  let atlas: AtlasServer;
  beforeAll(async () => {
    const start = async () => {
      atlas = await startAtlas();
      return atlas;
    };
    suspect = await Suspect.open("atlas", "alternating-users", {}, start);
  });
  afterAll(() => suspect?.[Symbol.asyncDispose]());
  beforeEach(() => suspect.fresh());

  const expectNoLeak = async (what: string) => {
    for (const token of atlas.project.tokens) suspect.places.canaries.add("access token", token);
    expect(await suspect.places.search(), what).toEqual([]);
  };

  it("when nothing fails", async () => {
    const before = suspect.places.canaries.size;
    expect(await suspect.rotate()).toBe(true);
    await expectNoLeak("a rotation");
    // RotationToken, the password, and an access token each for the rotation and the retirement.
    expect(suspect.places.canaries.size).toBeGreaterThanOrEqual(before + 4);
  });

  const ways = Object.entries(disturbances).map(([what, disturb], way) => ({ what, disturb, way }));
  it.each(sampled(ways, ways.length))(
    "when $what, whichever it is",
    async ({ what, disturb, way }) => {
      await suspect.disturbEveryCall(disturb, (at) => expectNoLeak(`${what}: ${at}`), way);
    },
  );

  const answers = Object.entries(echoes).map(([what, echo], way) => ({ what, echo, way }));
  it.each(sampled(answers, answers.length))(
    "when Atlas $what and echoes the request, whichever it is",
    async ({ what, echo, way }) => {
      const { project } = atlas;
      const { failures } = suspect;
      for (let at = way % stride; at < endless; at += stride) {
        await suspect.fresh();
        let count = 0;
        project.instead = () => (count++ === at ? echo : undefined);
        const succeeded = await suspect.rotate();
        project.instead = () => undefined;
        await expectNoLeak(`${what}: ${at}`);
        if (count > at) continue;
        expect(succeeded).toBe(true);
        expect(suspect.failures).toBeGreaterThan(failures);
        return;
      }
      throw new Error("A rotation made no end of requests.");
    },
  );

  it("and it finds what Atlas heard, if that is anywhere", async () => {
    let found = "";
    atlas.project.instead = (request) =>
      request.startsWith("PATCH") || request.startsWith("POST databaseUsers")
        ? (heard) => {
            found = heard;
            return quoting(400)(heard);
          }
        : undefined;
    expect(await suspect.rotate()).toBe(false);
    atlas.project.instead = () => undefined;
    await expectNoLeak("a change");
    suspect.places.add("output", found);
    expect((await suspect.places.search()).toSorted()).toEqual([
      "output: access token (raw)",
      "output: password in connection_string (raw)",
    ]);
  });
});
