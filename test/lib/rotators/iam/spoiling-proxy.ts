import { request as send } from "node:http";
import { text } from "node:stream/consumers";
import {
  type HttpReply,
  type HttpRequest,
  startHttpServer,
} from "../../../../standin/http-server.ts";
import { readSignature } from "../../../../standin/signature.ts";

/** A request of Query on its way to AWS. */
export interface Passing {
  /** For example `iam`. */
  readonly service: string;
  /** For example `CreateAccessKey`. */
  readonly action: string;
  /** Lets it have its effect. */
  readonly pass: () => Promise<Answer>;
}

/** What AWS, or something in front of it, says. */
export type Answer = Exclude<HttpReply, "lose">;

/** In front of the stand-in: what it replies is up to the test. */
export interface SpoilingProxy extends AsyncDisposable {
  readonly endpoint: string;
}

/**
 * @param endpoint of the stand-in for a request that comes now
 * @param reply "lose" closes the connection
 */
export async function startSpoilingProxy(
  endpoint: () => string,
  reply: (passing: Passing) => Promise<HttpReply>,
): Promise<SpoilingProxy> {
  const server = await startHttpServer(0, (request) =>
    reply({
      service: readSignature(request)?.service ?? "",
      action: new URLSearchParams(request.body).get("Action") ?? "",
      pass: () => forward(request, endpoint()),
    }),
  );
  return {
    endpoint: `http://127.0.0.1:${server.port}`,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** With the headers as they came: the host is signed. */
function forward({ method, url, headers, body }: HttpRequest, endpoint: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = send(new URL(url, endpoint), { method, headers, agent: false }, (response) => {
      const { statusCode: status = 0, headers: all } = response;
      const kept = Object.entries(all).filter(([name]) => /^(content-type|x-amz)/.test(name));
      text(response)
        .then((replied) => ({
          status,
          headers: Object.fromEntries(kept.map(([name, value]) => [name, String(value)])),
          body: replied,
        }))
        .then(resolve, reject);
    });
    outgoing.once("error", reject).end(body);
  });
}
