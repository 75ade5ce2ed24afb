import type { RotationError } from "../../errors.ts";
import type { Reply } from "../http/reply.ts";
import { AdminKeyRefused, ProviderUnavailable } from "../key/errors.ts";
import { DatabaseFailed } from "../login/server-errors.ts";
import { ProjectMissing } from "./errors.ts";

export const atlas = "MongoDB Atlas";

/** Whose request it was. */
export interface Caller {
  readonly project: string;
  /** The secret that holds the service account. */
  readonly admin: string;
}

/** Of names of error codes alone: texts and parameters of an answer may quote the request. */
function codeOf({ json }: Reply): string | undefined {
  const { errorCode } = Object(json);
  return typeof errorCode === "string" && /^[A-Z][A-Z0-9_]{0,79}$/.test(errorCode)
    ? errorCode
    : undefined;
}

/** mongodb/mongodb-atlas-kubernetes, `internal/controller/atlas/api_error.go`. */
const noUser: readonly (string | undefined)[] = ["USERNAME_NOT_FOUND", "USER_NOT_FOUND"];

export const isNoUser = (reply: Reply): boolean =>
  reply.status === 404 && noUser.includes(codeOf(reply));

export const unavailable = (why: string) =>
  new ProviderUnavailable(
    atlas,
    why,
    "Check https://status.mongodb.com, and that the function's VPC lets it reach cloud.mongodb.com (port 443, e.g. by a NAT gateway).",
  );

const roleRemedy =
  "Give the service account the role Project Database Access Admin in this project (Atlas console: Project, Access Manager, Applications).";

const accessListRemedy =
  "Add the address with which the function's VPC reaches the internet (its NAT gateway's) to the API access list of the service account.";

/** The error for a reply that reports a failure. @param action e.g. `read the database user app` */
export function apiFailure(
  reply: Reply,
  { project, admin }: Caller,
  action: string,
): RotationError {
  const { status, json } = reply;
  const code = codeOf(reply);
  // From a proxy or load balancer in front of Atlas.
  if (json === undefined) return unavailable(`HTTP ${status}, and not in JSON`);
  if (status === 401 || status === 403) {
    const isElsewhere = code === "IP_ADDRESS_NOT_ON_ACCESS_LIST";
    const what = isElsewhere
      ? "call its API from this function's address"
      : `${action} of project ${project}`;
    return new AdminKeyRefused(atlas, admin, what, isElsewhere ? accessListRemedy : roleRemedy);
  }
  if (status === 404 && !isNoUser(reply)) return new ProjectMissing(project, admin);
  return new DatabaseFailed(atlas, action, code ? `HTTP ${status} ${code}` : `HTTP ${status}`);
}
