import { expect, it } from "vitest";
import { outcomeOf } from "../../../../lib/rotators/iam/probe.ts";

const error = (name: string, message = "", httpStatusCode?: number) =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode } });

it.each([
  ["InvalidClientTokenId", "The security token included in the request is invalid.", "dead"],
  ["InvalidClientTokenIdException", "", "dead"],
  ["SignatureDoesNotMatch", "The request signature we calculated does not match", "dead"],
  [
    "SignatureDoesNotMatch",
    "Signature expired: 20220127T001427Z is now earlier than 20220127T014428Z (20220127T015928Z - 15 min.)",
    "unknown",
  ],
  [
    "SignatureDoesNotMatch",
    "Signature not yet current: 20210112T194419Z is still later than 20210112T072625Z (20210112T071125Z + 15 min.)",
    "unknown",
  ],
  ["AccessDenied", "", "restricted"],
  ["Throttling", "Rate exceeded", "wait"],
  ["ThrottlingException", "", "wait"],
  ["RequestLimitExceeded", "", "wait"],
  ["ExpiredToken", "", "unknown"],
  ["RegionDisabledException", "", "unknown"],
  ["OptInRequired", "", "unknown"],
  ["ServiceUnavailable", "", "unknown"],
  ["TimeoutError", "", "unknown"],
  ["Error", "connect ECONNREFUSED", "unknown"],
])("%s %s means %s", (name, message, is) => {
  expect(outcomeOf(error(name, message))).toMatchObject({ is });
});

it("says of what it does not know the error's name and status, and nothing of its text", () => {
  const echo = error("InternalFailure", "the secret is abc", 500);
  expect(outcomeOf(echo)).toEqual({
    is: "unknown",
    why: "sts:GetCallerIdentity failed: InternalFailure (HTTP 500)",
  });
  expect(outcomeOf("thrown text")).toMatchObject({ is: "unknown" });
});
