import type { IncomingMessage } from "node:http";
import type { Reply } from "../../lab/providers/description.ts";
import type { ProviderDouble } from "../../lab/providers/double.ts";
import type { Trouble } from "../../lab/providers/trouble.ts";
import type { Disturbance } from "./disturbances.ts";

/** The provider answers otherwise than it would. */
type Answer = (double: ProviderDouble, request: IncomingMessage, url: URL) => Reply;

/** All that it has heard and keeps secret. */
const everythingOf = (double: ProviderDouble, { headers }: IncomingMessage, url: URL) => {
  const keys = double.keys.ever.map(({ id, credential, values }) => [id, credential, values]);
  return JSON.stringify([headers, url.href, double.adminSecret, keys]);
};

/** An answer that gives all of it away: gateways and providers do echo requests. */
const echo =
  (status: number): Answer =>
  (double, request, url) => {
    const text = everythingOf(double, request, url);
    return {
      status,
      body: { message: text, name: text, error: { status: text, details: [text] } },
    };
  };

const echoedPage: Answer = (double, request, url) => ({
  status: 502,
  text: `<html>${everythingOf(double, request, url)}</html>`,
});

const echoedHeaders: Answer = (double, request, url) => {
  const text = encodeURIComponent(everythingOf(double, request, url)).slice(0, 8000);
  return { status: 302, headers: { location: `https://elsewhere.example/?${text}`, link: text } };
};

export const providerDisturbances: Readonly<Record<string, Trouble | Answer>> = {
  "is down": { is: "down" },
  "answers a page": { is: "html", status: 200 },
  "refuses the credential": ({ description }) => description.refusals.unauthorized,
  "misses a right": ({ description }) => description.refusals.forbidden,
  "limits the rate": { is: "rate limit", seconds: 2 },
  "limits the rate for long": { is: "rate limit", seconds: 3600 },
  "has its reply lost": { is: "lost reply" },
  "has changed its replies": { is: "another form", of: "everything" },
  "answers an error with HTTP 200": { is: "error inside" },
  "echoes all it knows with HTTP 200": echo(200),
  "echoes all it knows with HTTP 400": echo(400),
  "echoes all it knows with HTTP 401": echo(401),
  "echoes all it knows with HTTP 409": echo(409),
  "echoes all it knows in a page": echoedPage,
  "echoes all it knows in a redirect": echoedHeaders,
};

/**
 * Until disposed of, spoils the request with this number, from 1.
 * @param lasts whether all that follow are spoilt as well
 */
export function disturbProvider(
  double: ProviderDouble,
  spoil: Trouble | Answer,
  at: number,
  lasts = false,
): Disturbance {
  let count = 0;
  const isSpoilt = () => (lasts ? count >= at : count === at);
  const { answer } = double;
  Object.defineProperty(double, "trouble", {
    configurable: true,
    get() {
      count += 1;
      return isSpoilt() && typeof spoil === "object" ? spoil : undefined;
    },
  });
  double.answer = async (request, url) =>
    isSpoilt() && typeof spoil === "function"
      ? spoil(double, request, url)
      : answer.call(double, request, url);
  return {
    get hit() {
      return count >= at;
    },
    [Symbol.dispose]() {
      Object.defineProperty(double, "trouble", { configurable: true, value: undefined });
      double.answer = answer;
    },
  };
}
