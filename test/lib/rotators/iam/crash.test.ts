import { afterAll, beforeAll, expect, it } from "vitest";
import { type Aws, AwsError } from "../../../../standin/aws.ts";
import { createIamUser, startIam } from "./iam-account.ts";

let aws: Aws;
beforeAll(async () => {
  aws = await startIam();
});
afterAll(() => aws?.[Symbol.asyncDispose]());

/** Ends an attempt at its nth call to IAM: before its effect, or after it; all later calls of it fail. */
function killAt(point: number, effect: "before" | "after") {
  let count = 0;
  return aws.intercept({
    before({ service, principal }) {
      if (service !== "iam" || principal !== "rotate-api-key") return;
      count += 1;
      if (count > point || (count === point && effect === "before"))
        throw new AwsError("AccessDenied", "killed", 403);
    },
    after: ({ service, principal }) =>
      service === "iam" && principal === "rotate-api-key" && count >= point ? "lose" : undefined,
  });
}

const points = Array.from({ length: 7 }, (_, index) => index + 1);

it.each(points.flatMap((point) => [[point, "before"] as const, [point, "after"] as const]))(
  "creating a key, killed at call %i %s its effect, leaves at most one, which goes by its name",
  { timeout: 60_000 },
  async (point, effect) => {
    const { provider, at, current, createKey, admin, user, tags } = await createIamUser(aws);
    {
      using _ = killAt(point, effect);
      await expect(provider.create("qt-aws-one-first", at)).rejects.toThrow();
    }
    const left = (await provider.list(at)).filter(({ id }) => id !== current.get("id")?.reveal());
    expect(left.map(({ name }) => name)).toEqual(left.map(() => "qt-aws-one-first"));
    expect(left.length).toBeLessThanOrEqual(1);
    for (const { id } of left) await provider.remove(id, at);
    const key = await provider.create("qt-aws-one-second", at);
    expect((await provider.list(at)).map(({ name }) => name)).toEqual([
      undefined,
      "qt-aws-one-second",
    ]);
    expect(await provider.probe(key, at)).toEqual({ is: "alive" });
    // What a person creates then is not taken for ours once it is used, whatever was left behind.
    await admin.deleteAccessKey({ UserName: user, AccessKeyId: key.get("id")?.reveal() });
    await provider.probe(await createKey(), at);
    expect((await provider.list(at)).map(({ name }) => name)).toEqual([undefined, undefined]);
    expect((await tags()).length).toBeLessThanOrEqual(3);
  },
);
