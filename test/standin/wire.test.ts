/** The HTTP side: who may call, what calls leave behind, how they are disturbed. */
import { randomUUID } from "node:crypto";
import { request } from "node:http";
import { GetSecretValueCommand, PutSecretValueCommand } from "@aws-sdk/client-secrets-manager";
import { afterAll, expect, it } from "vitest";
import { AwsError, startAws } from "../../standin/aws.ts";
import { createSecret, current, sdkClient } from "./fixtures.ts";

const aws = await startAws();
const client = sdkClient(aws);
afterAll(() => aws[Symbol.asyncDispose]());

function post(
  headers: Record<string, string>,
  body = "{}",
): Promise<{ status?: number; body: string }> {
  const authorization =
    "AWS4-HMAC-SHA256 Credential=somebody/20260101/x/secretsmanager/aws4_request";
  const target = { "x-amz-target": "secretsmanager.ListSecrets" };
  return new Promise((resolve, reject) => {
    request(aws.endpoint, { method: "POST", headers: { ...target, authorization, ...headers } })
      .on("response", async (response) => {
        const { statusCode: status } = response;
        const text = (await response.setEncoding("utf8").toArray()).join("");
        resolve({ ...(status && { status }), body: text });
      })
      .on("error", reject)
      .end(body);
  });
}

it("serves this machine only: not another host's name, not a page in a browser", async () => {
  expect(new URL(aws.endpoint).hostname).toBe("127.0.0.1");
  expect((await post({})).status).toBe(200);
  expect((await post({ host: "localhost:1" })).status).toBe(200);
  expect((await post({ host: "attacker.example" })).status).toBe(403);
  expect((await post({ origin: "http://127.0.0.1" })).status).toBe(403);
});

it.each([
  ["UnknownOperationException", { "x-amz-target": "secretsmanager.toString" }, "{}"],
  ["UnknownOperationException", { "x-amz-target": "dynamodb.GetItem" }, "{}"],
  ["MissingAuthenticationTokenException", { authorization: "" }, "{}"],
  ["SerializationException", {}, "[]"],
  ["SerializationException", {}, "{"],
])("answers %s as the JSON protocol does", async (type, headers, body) => {
  const answer = await post(headers, body);
  expect(answer.status).toBe(400);
  expect(JSON.parse(answer.body)).toMatchObject({ __type: type, message: expect.any(String) });
});

it("records each call with its principal", async () => {
  const secret = await createSecret(client);
  const before = aws.calls.length;
  await current(sdkClient(aws, "reader-1"), secret.name);
  expect(aws.calls.slice(before)).toEqual([
    {
      service: "secretsmanager",
      operation: "GetSecretValue",
      principal: "reader-1",
      input: { SecretId: secret.name },
      requestId: expect.any(String),
    },
  ]);
});

it("answers an interceptor's error instead of the effect, until it is removed", async () => {
  const secret = await createSecret(client);
  const put = () =>
    client.send(new PutSecretValueCommand({ SecretId: secret.name, SecretString: "two" }));
  {
    using _ = aws.intercept({
      before() {
        throw new AwsError("InternalServiceError", "An error occurred on the server side.", 500);
      },
    });
    await expect(put()).rejects.toMatchObject({ name: "InternalServiceError" });
  }
  expect(await current(client, secret.name)).toBe("one");
  await put();
  expect(await current(client, secret.name)).toBe("two");
});

it("loses a reply behind the effect; the SDK's own retry finds it done", async () => {
  const secret = await createSecret(client);
  const ClientRequestToken = randomUUID();
  const put = new PutSecretValueCommand({
    SecretId: secret.name,
    SecretString: "two",
    ClientRequestToken,
  });
  const lost: string[] = [];
  using _ = aws.intercept({
    after({ operation, requestId }) {
      if (operation !== "PutSecretValue" || lost.length > 0) return;
      lost.push(requestId);
      return "lose";
    },
  });
  expect((await sdkClient(aws, "test", 2).send(put)).VersionId).toBe(ClientRequestToken);
  expect(lost).toHaveLength(1);
  const read = new GetSecretValueCommand({ SecretId: secret.name, VersionId: ClientRequestToken });
  expect((await client.send(read)).SecretString).toBe("two");
});
