import { unanswered } from "../../validation/answers.ts";
import type { Asked } from "../../validation/ask.ts";
import type { EndpointRole } from "../../validation/endpoints.ts";
import { type Finding, finding } from "../../validation/finding.ts";

/** What RDS says of a login's host and secret; absent: nobody asked. */
export interface EndpointFacts {
  readonly role: Asked<EndpointRole | undefined>;
  /** Names of the proxies that log in with the secret. */
  readonly proxies: Asked<readonly string[]>;
}

/** @param facts absent: RDS was not asked, and names must do */
export function endpointFindings(
  secret: string,
  host: string,
  facts: EndpointFacts | undefined,
): readonly Finding[] {
  const isOfRds = /\.rds\.amazonaws\.com(\.cn)?$/i.test(host);
  const isNamedProxy = isRdsProxy(host);
  if (!facts) return isNamedProxy ? [rdsProxy(secret, host)] : [];
  const { role, proxies } = facts;
  if ("unknown" in role)
    return [
      ...(isNamedProxy ? [rdsProxy(secret, host)] : []),
      ...(isOfRds ? unanswered(secret, `what ${host} is in RDS`, role) : []),
    ];
  return [
    ...(role.known?.kind === "proxy" ? [rdsProxy(secret, host)] : []),
    ...(role.known && role.known.kind !== "proxy" ? [rdsReader(secret, host, role.known)] : []),
    ...("known" in proxies ? proxies.known : []).map((name) => proxySecret(secret, name)),
  ];
}

/** `name.proxy-….region.rds.amazonaws.com`, `name.endpoint.proxy-….` (RDS user guide, "RDS Proxy endpoints"). */
const isRdsProxy = (host: string) =>
  /\.proxy-[\w-]+\.[\w-]+\.rds\.amazonaws\.com(\.cn)?$/i.test(host);

const rdsProxy = (secret: string, host: string) =>
  finding({
    severity: "warning",
    code: "RDS_PROXY",
    secret,
    what: `${host} is an endpoint of RDS Proxy, which logs in with its own secrets: it may refuse the new password before AWSCURRENT moves, and accept the old one after it was retired.`,
    remedy:
      "Put the endpoint of the instance or cluster into the secret, or under connection.host in rotation.yml, and use the proxy only in the applications.",
  });

const rdsReader = (secret: string, host: string, { kind, of, writer }: EndpointRole) =>
  finding({
    severity: "error",
    code: "RDS_READER",
    secret,
    what: `${host} is ${kind === "reader" ? "the reader endpoint" : "a read replica"} of ${of}: no password can be changed there.`,
    remedy: `Put the writer's endpoint${writer ? ` (${writer})` : ""} into the secret, or under connection.host in rotation.yml. A URL that leads to the reader may stay: name its host under otherHosts.`,
  });

const proxySecret = (secret: string, proxy: string) =>
  finding({
    severity: "warning",
    code: "RDS_PROXY_SECRET",
    secret,
    what: `The RDS proxy ${proxy} logs in with this secret. It rereads it some time after a rotation (AWS does not document when): until then its clients may be refused.`,
    remedy:
      "Rotate with alternating-users or two-passwords, so that the old password works until the proxy has read the new one, and set grace to longer than that takes. With alternating-users the proxy must know both users: give it a second secret with the other one, or a secret of its own whose user does not rotate.",
  });
