import { expect, it } from "vitest";
import {
  clustersOf,
  familyOf,
  ignoredIn,
  listedIn,
  serviceName,
  taskName,
  taskSubject,
  unique,
} from "../../../../lib/consumers/ecs/clusters.ts";

const arn = "arn:aws:ecs:eu-central-1:1:cluster/production";

it("clusters are listed by name or ARN, whichever of both a caller uses", () => {
  for (const listed of ["production", arn])
    for (const cluster of ["production", arn])
      expect(listedIn({ clusters: [listed] })({ cluster })).toBe(true);
  expect(listedIn({ clusters: [arn] })({ cluster: "staging" })).toBe(false);
  expect(listedIn({})({ cluster: "production" })).toBe(false);
  expect(clustersOf({})).toEqual([]);
});

it("each cluster counts once, as it was first named", () => {
  expect(unique([arn, "production", "staging"])).toEqual([arn, "staging"]);
});

it("consumers are named for a reader", () => {
  expect(serviceName({ cluster: arn, name: "web" })).toBe("service production/web");
  expect(taskName({ id: "1" })).toBe("standalone task 1");
  expect(taskSubject({ cluster: arn, family: "job" })).toBe("standalone tasks production/job");
});

it("consumers are ignored by the name of their cluster and their own", () => {
  const isIgnored = ignoredIn({ ignore: ["production/web"] });
  expect(isIgnored({ cluster: arn, name: "web" })).toBe(true);
  expect(isIgnored({ cluster: "production", name: "web" })).toBe(true);
  expect(isIgnored({ cluster: arn, name: "api" })).toBe(false);
  expect(isIgnored({ cluster: "staging", name: "web" })).toBe(false);
  expect(ignoredIn({})({ cluster: arn, name: "web" })).toBe(false);
});

it("the family of a task definition is its name without the revision", () => {
  expect(familyOf("arn:aws:ecs:eu-central-1:1:task-definition/web-2:12")).toBe("web-2");
});
