import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { iamClients } from "../../../../lib/rotators/iam/clients.ts";
import { IamUser } from "../../../../lib/rotators/iam/provider.ts";
import type { Access } from "../../../../lib/rotators/key/provider.ts";
import { keyOf, specOf } from "./iam-account.ts";

let answer: (response: ServerResponse) => void = () => {};
const server = createServer((_, response) => answer(response));

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    AWS_REGION: "eu-central-1",
    AWS_ACCESS_KEY_ID: "role",
    AWS_SECRET_ACCESS_KEY: "of the function",
  });
});
afterEach(() => server.closeAllConnections());
afterAll(() => void server.close());

const page = "<html><body><h1>Please accept the terms</h1></body></html>";
const replies: [string, number, Record<string, string>, string][] = [
  ["a page with status 200", 200, { "content-type": "text/html" }, page],
  ["a page with status 403", 403, { "content-type": "text/html" }, page],
  ["a page with status 503", 503, { "content-type": "text/html" }, page],
  ["a redirect", 302, { location: "http://127.0.0.1:1/" }, ""],
  ["nothing with status 200", 200, {}, ""],
  ["JSON instead of XML", 200, { "content-type": "application/json" }, "{}"],
  ["another service's XML", 200, { "content-type": "text/xml" }, "<Other><Key>x</Key></Other>"],
];

describe.each(replies)("%s", (_name, status, headers, body) => {
  const provider = new IamUser(specOf({ user: "uploads" }), iamClients());
  const current = keyOf("AKIAIOSFODNN7EXAMPLE", "some+secret");
  const at = (): Access => {
    answer = (response) => void response.writeHead(status, headers).end(body);
    return {
      now: () => new Date(),
      sleep: async () => {},
      signal: AbortSignal.timeout(20_000),
      readSecret: async () => undefined,
      warn: () => {},
      leaked: false,
      current,
    };
  };
  const unavailable = { code: "PROVIDER_UNAVAILABLE", retryable: true };

  it("shows neither that a key works nor that it does not", async () => {
    expect(await provider.probe(current, at())).toMatchObject({ is: "unknown" });
    await expect(provider.facts(current, at())).rejects.toMatchObject(unavailable);
  });

  it("is no list of keys, no new key and no end of one", async () => {
    await expect(provider.list(at())).rejects.toMatchObject(unavailable);
    await expect(provider.create("qt-aws-one", at())).rejects.toMatchObject(unavailable);
    await expect(provider.disable("AKIAIOSFODNN7EXAMPLE", at())).rejects.toMatchObject(unavailable);
    await expect(provider.remove("AKIAIOSFODNN7EXAMPLE", at())).rejects.toMatchObject(unavailable);
    await expect(provider.endSessions("AKIAIOSFODNN7EXAMPLE", at())).rejects.toMatchObject(
      unavailable,
    );
  });
});
