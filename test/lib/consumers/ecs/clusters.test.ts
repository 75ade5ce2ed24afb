import { expect, it } from "vitest";
import {
  clustersOf,
  listedIn,
  serviceName,
  taskName,
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
});
