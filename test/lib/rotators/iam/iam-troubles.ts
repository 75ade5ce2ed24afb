import { randomUUID } from "node:crypto";
import type { HttpReply } from "../../../../standin/http-server.ts";
import type { ServiceFixture, ServiceTrouble } from "../../../contracts/provider/service.ts";
import type { Answer, Passing } from "./spoiling-proxy.ts";

/** What goes wrong at present. */
export interface Wrong {
  readonly trouble: ServiceTrouble | undefined;
  /** Of the role of the functions. */
  readonly admin: Parameters<ServiceFixture["setAdmin"]>[0];
  /** The trouble has not met this action before. */
  readonly isFirst: boolean;
}

type Reply = (passing: Passing, wrong: Wrong) => Promise<HttpReply> | HttpReply;

const changesKeys = ({ action }: Passing) => /^(Create|Update|Delete)AccessKey$/.test(action);

/** In the form of AWS. */
const answered = (status: number, body: string): Answer => ({
  status,
  headers: { "content-type": "text/xml", "x-amzn-requestid": randomUUID() },
  body,
});

const errorOf = (code: string, message: string) =>
  `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`;

const anotherForm = answered(200, "<Other><Key>x</Key></Other>");

const page = (status: number): Answer => ({
  status,
  headers: { "content-type": "text/html" },
  body: "<html><body><h1>Please accept the terms</h1></body></html>",
});

/** IAM says `Throttling`, and not for how long (IAM API reference, "Common errors"). */
const throttled = answered(400, errorOf("Throttling", "Rate exceeded"));

const replies: Readonly<Record<ServiceTrouble, Reply>> = {
  down: () => answered(503, errorOf("ServiceUnavailable", "The service is down.")),
  "html 200": () => page(200),
  "html 403": () => page(403),
  "another form": () => anotherForm,
  "error inside": () => answered(200, errorOf("ServiceFailure", "Something failed.")),
  redirect: () => ({ status: 302, headers: { location: "https://elsewhere.example/" }, body: "" }),
  async "lost reply"(passing) {
    const answer = await passing.pass();
    return changesKeys(passing) ? "lose" : answer;
  },
  async "lost form"(passing) {
    const answer = await passing.pass();
    return changesKeys(passing) ? anotherForm : answer;
  },
  silence: () => new Promise<HttpReply>(() => {}),
  // The SDK repeats the others.
  "busy once": (passing, { isFirst }) =>
    isFirst && passing.action === "CreateAccessKey" ? throttled : passing.pass(),
  busy: () => throttled,
};

/** Of the role, whose credentials only IAM sees. */
const refusals = {
  refused: answered(403, errorOf("InvalidClientTokenId", "The security token is invalid.")),
  forbidden: answered(403, errorOf("AccessDenied", "Not authorized to perform this action.")),
};

export function replyIn(wrong: Wrong, passing: Passing): Promise<HttpReply> | HttpReply {
  const { trouble, admin } = wrong;
  if (admin !== "works" && passing.service === "iam") return refusals[admin];
  return trouble === undefined ? passing.pass() : replies[trouble](passing, wrong);
}
