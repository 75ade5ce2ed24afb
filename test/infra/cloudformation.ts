import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { Aws } from "../../standin/aws.ts";

/** What CloudFormation does to a custom resource: it invokes the function, and waits for an answer at a URL. */
export async function startCloudFormation() {
  const answers: unknown[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    // The URL is signed for a PUT without a content type.
    const isSigned = request.method === "PUT" && request.headers["content-type"] === undefined;
    if (isSigned) answers.push(JSON.parse(body));
    response.writeHead(isSigned ? 200 : 403).end();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  return {
    answers,
    request: (RequestType: "Create" | "Update" | "Delete", functionArn: string, aws: Aws) =>
      aws.functions.invoke(functionArn, {
        RequestType,
        ResponseURL: `http://127.0.0.1:${port}/answer?X-Amz-Signature=signed`,
        StackId: "arn:aws:cloudformation:eu-central-1:123456789012:stack/quarterturn-production/1",
        RequestId: `request-${RequestType}`,
        LogicalResourceId: "Schedules",
        ResourceType: "Custom::RotationSchedules",
        ResourceProperties: { Wanted: "1" },
        ...(RequestType !== "Create" && { PhysicalResourceId: "schedules" }),
      }),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
