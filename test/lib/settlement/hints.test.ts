import { describe, expect, it } from "vitest";
import type { Manifest } from "../../../lib/manifest/manifest.ts";
import { hintOf } from "../../../lib/settlement/hints.ts";

const arn = (name: string) =>
  `arn:aws:secretsmanager:eu-central-1:123456789012:secret:${name}-AbCdEf`;
const mirror = { prefix: "/clip-it/", parameters: { URL: "/mongo", KEY: "key" } };
const secrets = { app: { mirror }, [arn("other")]: {} };
const manifest = { secrets } as unknown as Manifest;
const changed = (detail: unknown) => ({ source: "aws.ssm", detail });
const of = (more: object) => ({ source: "aws.secretsmanager", ...more });
const trail = (SecretId: unknown) =>
  of({ resources: [], detail: { additionalEventData: { SecretId } } });

describe("an event is a reason to look at", () => {
  it.each<[string, unknown, readonly string[]]>([
    ["the secret that it names", of({ detail: { name: "app" }, resources: [arn("app")] }), ["app"]],
    ["the secret of its resources", of({ detail: {}, resources: [arn("other")] }), [arn("other")]],
    ["the secret by name that CloudTrail tells of by ARN", trail(arn("app")), ["app"]],
    ["the secret by ARN that CloudTrail tells of", trail(arn("other")), [arn("other")]],
    ["nothing: another secret", trail(arn("stray")), []],
    ["nothing: a name that every object has", trail("constructor"), []],
    ["nothing: a secret that is no text", trail([arn("app")]), []],
    ["nothing: an event of no secret", of({}), []],
    ["who mirrors to the parameter, by prefix", changed({ name: "/clip-it/jwt" }), ["app"]],
    ["who mirrors to the parameter, by name", changed({ name: "/mongo" }), ["app"]],
    ["who mirrors to the parameter, without a slash", changed({ name: "key" }), ["app"]],
    ["nothing: another parameter", changed({ name: "/clip-it/deep/jwt" }), []],
    ["nothing: a parameter that is no text", changed({ name: ["/mongo"] }), []],
    ["nothing: a parameter without a name", changed(undefined), []],
  ])("%s", (_, event, secrets) =>
    expect(hintOf(event, manifest)).toEqual({ kind: "named", secrets }),
  );

  it.each<[string, unknown, string]>([
    ["all: the tick", { source: "aws.events", detail: {} }, "every"],
    ["what is not settled: a deployment", { source: "aws.ecs", detail: { name: "app" } }, "open"],
    ["all: what is no event", "{}", "every"],
    ["all: nothing", null, "every"],
    ["all: 256 KB of rubbish", "x".repeat(262_144), "every"],
  ])("%s", (_, event, kind) => expect(hintOf(event, manifest)).toEqual({ kind }));
});

describe("a move of AWSCURRENT", () => {
  const moved = (more: object, labelUpdated = "AWSCURRENT") =>
    of({ time: "2026-03-01T12:00:00Z", detail: { name: "app", labelUpdated, ...more } });
  const at = new Date("2026-03-01T12:00:00Z");
  it.each<[string, unknown, object | undefined]>([
    ["is known with its version", moved({ versionId: "v1" }), { version: "v1", at }],
    ["is known without", moved({ versionId: 7 }), { version: undefined, at }],
    ["is not one of another label", moved({}, "RETIRING"), undefined],
    ["has a time", { ...moved({}), time: "noon" }, undefined],
    ["has a time that is a text", { ...moved({}), time: at.getTime() }, undefined],
  ])("%s", (_, event, move) => {
    const hint = hintOf(event, manifest);
    expect(hint).toMatchObject({ kind: "named", secrets: ["app"] });
    expect("move" in hint ? hint.move : undefined).toEqual(move);
  });
});
