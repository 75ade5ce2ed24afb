import { describe, expect, it } from "vitest";
import type { Manifest } from "../../../lib/manifest/manifest.ts";
import { hintsOf } from "../../../lib/settlement/hints.ts";

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
  const all = ["app", arn("other")];
  it.each<[string, unknown, readonly string[]]>([
    ["the secret that it names", of({ detail: { name: "app" }, resources: [arn("app")] }), ["app"]],
    ["the secret of its resources", of({ detail: {}, resources: [arn("other")] }), [arn("other")]],
    ["the secret by name that CloudTrail tells of by ARN", trail(arn("app")), ["app"]],
    ["the secret by ARN that CloudTrail tells of", trail(arn("other")), [arn("other")]],
    ["nothing: another secret", trail(arn("stray")), []],
    ["nothing: a secret that is no text", trail([arn("app")]), []],
    ["nothing: an event of no secret", of({}), []],
    ["who mirrors to the parameter, by prefix", changed({ name: "/clip-it/jwt" }), ["app"]],
    ["who mirrors to the parameter, by name", changed({ name: "/mongo" }), ["app"]],
    ["who mirrors to the parameter, without a slash", changed({ name: "key" }), ["app"]],
    ["nothing: another parameter", changed({ name: "/clip-it/deep/jwt" }), []],
    ["nothing: a parameter that is no text", changed({ name: ["/mongo"] }), []],
    ["nothing: a parameter without a name", changed(undefined), []],
    ["all: the tick", { source: "aws.events", detail: {} }, all],
    ["all: a deployment", { source: "aws.ecs", detail: { name: "app" } }, all],
    ["all: what is no event", "{}", all],
  ])("%s", (_, event, expected) => expect(hintsOf(event, manifest)).toEqual(expected));
});
