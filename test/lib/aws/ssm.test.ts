import { SSM } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { parameterStore } from "../../../lib/aws/ssm.ts";
import type { ParameterStore } from "../../../lib/mirror/parameters.ts";
import { Secret } from "../../../lib/secret/secret.ts";
import { type Aws, AwsError, startAws } from "../../../standin/aws.ts";
import { clientConfig } from "../../standin/fixtures.ts";

const signal = AbortSignal.timeout(60_000);
/** More than one request may name, of each kind. */
const names = Array.from({ length: 57 }, (_, n) => `/many/p${n + 10}`);

describe("parameters in Parameter Store", () => {
  let aws: Aws;
  let ssm: SSM;
  let store: ParameterStore;
  beforeAll(async () => {
    aws = await startAws();
    for (const [name, value] of Object.entries(aws.env("mirror"))) vi.stubEnv(name, value);
    ssm = new SSM(clientConfig(aws));
    store = parameterStore();
    for (const name of names)
      await store.write({ name, value: new Secret(`value of ${name}`), replaces: false }, signal);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await aws?.[Symbol.asyncDispose]();
  });

  it("are read by name and by version, however many", async () => {
    const found = await store.read(
      [...names, "/unknown", `${names[0]}:1`, `${names[0]}:9`],
      signal,
    );
    expect(found.map(({ name }) => name).toSorted()).toEqual(
      [...names, `${names[0]}:1`].toSorted(),
    );
    for (const { name, value, secure, version, modifiedAt } of found) {
      expect(value.equals(new Secret(`value of ${name.replace(":1", "")}`)), name).toBe(true);
      expect({ secure, version }).toEqual({ secure: true, version: 1 });
      expect(Date.now() - modifiedAt.getTime()).toBeLessThan(60_000);
    }
  });

  it("tell how they are kept, however many", async () => {
    const kept = { kmsKey: "alias/app", tier: "Advanced" } as const;
    const of = { name: "/kept", value: new Secret("x"), replaces: false, ...kept };
    await store.write(of, signal);
    const found = await store.keepings([...names, "/kept", "/unknown"], signal);
    expect(found.get("/kept")).toEqual(kept);
    expect(found.get(names[0] ?? "")).toEqual({ kmsKey: "alias/aws/ssm", tier: "Standard" });
    expect(found.size).toBe(names.length + 1);
    expect(await store.keepings([], signal)).toEqual(new Map());
  });

  it("are made once, and replaced version by version", async () => {
    const write = (text: string, replaces: boolean) =>
      store.write({ name: "/made", value: new Secret(text), replaces }, signal);
    expect(await write("one", false)).toBe(1);
    expect(await write("two", false)).toBe("exists");
    expect(await write("two", true)).toBe(2);
    const read = await ssm.getParameter({ Name: "/made", WithDecryption: true });
    expect(read.Parameter).toMatchObject({ Value: "two", Type: "SecureString" });
  });

  it("that are Strings are told from others", async () => {
    await ssm.putParameter({ Name: "/plain", Value: "x", Type: "String" });
    expect(await store.read(["/plain"], signal)).toMatchObject([{ secure: false }]);
  });

  it("that cannot be had are no empty answer, and no error says what was sent", async () => {
    using _ = aws.intercept({
      before({ principal, input }) {
        const type = "AccessDeniedException";
        if (principal === "mirror") throw new AwsError(type, JSON.stringify(input));
      },
    });
    const write = { name: "/x", value: new Secret("canary"), replaces: true };
    for (const call of [
      store.read(["/x"], signal),
      store.keepings(["/x"], signal),
      store.write(write, signal),
    ]) {
      await expect(call).rejects.toMatchObject({ code: "AWS_CALL_FAILED", retryable: false });
      await expect(call).rejects.toThrow(
        /ssm:\w+ on \/x failed: AccessDeniedException.*kms:Decrypt/,
      );
      await expect(call).rejects.not.toThrow("canary");
    }
    const aborted = store.read(["/x"], AbortSignal.abort());
    await expect(aborted).rejects.toMatchObject({ code: "DEADLINE" });
  });
});
