import type { RotationError } from "../errors.ts";
import { CredentialsRefused } from "../rotators/login/errors.ts";
import { address } from "../rotators/login/login.ts";
import { LoginForbidden } from "../rotators/login/server-errors.ts";
import type { Asked } from "./ask.ts";
import type { CredentialFacts, SecretFacts } from "./facts.ts";
import { type Finding, failure, finding, unchecked } from "./finding.ts";
import { keyFindings } from "./key-findings.ts";
import { loneTest } from "./secret-findings.ts";

/** What the document, the server and the administrator's secret mean for one credential. Pure. */
export function credentialFindings(
  secret: string,
  credential: CredentialFacts,
): readonly Finding[] {
  const { target, accepted, rehearsal, admin } = credential;
  if ("unknown" in target) return [answered(secret, "its fields", target.unknown)];
  const { host, username } = target.known;
  const user = `user ${username} on ${address(target.known)}`;
  return [
    ...(isRdsProxy(host) ? [rdsProxy(secret, host)] : []),
    ...problems(secret, `whether AWSCURRENT logs in as ${user}`, accepted),
    ...(accepted && "known" in accepted && !accepted.known
      ? [failure(new CredentialsRefused(address(target.known), username, ["AWSCURRENT"]), secret)]
      : []),
    ...problems(secret, `whether the password of ${user} may be changed`, rehearsal),
    ...problems(secret, `the admin secret ${admin?.secret}`, admin?.who),
    ...adminKey(secret, credential),
  ];
}

/** What the document means for the values that a rotation generates. Pure. */
export function generatedFindings({ name, generated = [] }: SecretFacts): readonly Finding[] {
  return generated.flatMap((asked) => problems(name, "its generated values", asked));
}

function adminKey(secret: string, { spec, admin }: CredentialFacts): readonly Finding[] {
  if (!admin) return [];
  const { state } = admin;
  if ("unknown" in state)
    return problems(secret, `the KMS key of the admin secret ${admin.secret}`, state);
  if (!state.known) return [];
  const of = { subject: `The admin secret ${admin.secret}`, where: "admin.kmsKey" };
  return keyFindings(secret, spec.admin?.kmsKey, state.known.kmsKey, of);
}

function problems(
  secret: string,
  check: string,
  asked: Asked<unknown> | undefined,
): readonly Finding[] {
  return asked && "unknown" in asked ? [answered(secret, check, asked.unknown)] : [];
}

/** What somebody who asks from elsewhere, or later, may be answered otherwise. */
const undecided: ReadonlySet<string> = new Set([
  "AWS_CALL_FAILED",
  "DATABASE_FAILED",
  "DEADLINE",
  "DNS_FAILED",
  "LOCK_BUSY",
  "UNEXPECTED",
  "UNREACHABLE",
]);

/** An error that is an answer is what the rotation would end with; any other leaves the question open. */
function answered(secret: string, check: string, error: RotationError): Finding {
  const isBusy = error instanceof LoginForbidden && error.retryable;
  if (!undecided.has(error.code) && !isBusy) return failure(error, secret);
  const otherwise =
    error.code === "AWS_CALL_FAILED"
      ? "Allow it to the credentials of this shell, or have the deployed function check"
      : "Run this from where the database can be reached (a host or a CI runner in its VPC), or have the deployed function check";
  return unchecked(check, error, `${otherwise}: ${loneTest(secret)}`, secret);
}

/** `name.proxy-….region.rds.amazonaws.com`, `name.endpoint.proxy-….` (RDS user guide, "RDS Proxy endpoints"). */
const isRdsProxy = (host: string) =>
  /\.proxy-[\w-]+\.[\w-]+\.rds\.amazonaws\.com(\.cn)?$/i.test(host);

const rdsProxy = (secret: string, host: string) =>
  finding({
    severity: "warning",
    code: "RDS_PROXY",
    secret,
    what: `${host} is an endpoint of RDS Proxy, which logs in by secrets of its own: it may refuse the new password before AWSCURRENT moves, and let the old one in after it was retired.`,
    remedy:
      "Put the endpoint of the instance or cluster into the secret, or state it under connection.host in rotation.yml, and leave the proxy to the applications.",
  });
