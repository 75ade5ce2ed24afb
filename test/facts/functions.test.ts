import { InvokeCommand, type InvokeCommandInput } from "@aws-sdk/client-lambda";
import { expect } from "vitest";
import type { TestAccount } from "../../lab/conformance/account.ts";
import { eventually } from "../../lab/conformance/eventually.ts";
import type { BatchSeen } from "../../lab/conformance/rotator.ts";
import { topic } from "./fact.ts";

const source = "https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html";

async function invoke(
  { clients }: TestAccount,
  FunctionName: string,
  event: object,
  more: Partial<InvokeCommandInput> = {},
) {
  const command = new InvokeCommand({ FunctionName, Payload: JSON.stringify(event), ...more });
  const { Payload, ...answer } = await clients.lambda.send(command);
  return { ...answer, text: Payload?.transformToString() ?? "" };
}

topic("Invoking a function", (fact) => {
  fact("answers with what the function returns, as JSON", { source }, async (account) => {
    const answer = await invoke(account, await account.rotator(), { Records: [] });
    expect(answer).toMatchObject({ StatusCode: 200, text: '{"batchItemFailures":[]}' });
    expect(answer.FunctionError).toBeUndefined();
  });

  fact(
    "answers what the function throws with status 200, FunctionError, and its type and message",
    { source: "https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html" },
    async (account) => {
      const secret = await account.createSecret("one", { fail: "createSecret" });
      const event = { Step: "createSecret", SecretId: secret.arn, ClientRequestToken: "none" };
      const { text, ...answer } = await invoke(account, await account.rotator(), event);
      expect(answer).toMatchObject({ StatusCode: 200, FunctionError: "Unhandled" });
      expect(JSON.parse(text)).toMatchObject({ errorType: "Error", errorMessage: "told to fail" });
    },
  );

  fact("as an Event is answered before it has run", { source }, async (account) => {
    const body = account.name();
    const Records = [{ messageId: "1", body: `slow ${body}` }];
    const began = Date.now();
    const InvocationType = "Event";
    const answer = await invoke(account, await account.rotator(), { Records }, { InvocationType });
    expect(answer).toMatchObject({ StatusCode: 202, text: "" });
    const answered = Date.now();
    const evidence = await account.evidence();
    const seen = await eventually("the invocation", account.patience(3), async () =>
      (await evidence.all<Partial<BatchSeen>>()).find(({ batch }) =>
        batch?.some((each) => each.endsWith(body)),
      ),
    );
    expect(seen.endedAt).toBeGreaterThan(answered);
    return `it began ${Number(seen.at) - began} ms after it was asked for`;
  });

  fact("that is not there is a ResourceNotFoundException", { source }, async (account) => {
    for (const InvocationType of ["RequestResponse", "Event"] as const)
      await expect(invoke(account, account.name(), {}, { InvocationType })).rejects.toMatchObject({
        name: "ResourceNotFoundException",
      });
  });
});
