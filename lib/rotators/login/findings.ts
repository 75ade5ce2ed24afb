import type { SecretState } from "../../secret/store.ts";
import { unanswered } from "../../validation/answers.ts";
import type { Asked } from "../../validation/ask.ts";
import type { CredentialFacts, Held } from "../../validation/checks.ts";
import { type Finding, failure, finding } from "../../validation/finding.ts";
import { keyFindings } from "../../validation/key-findings.ts";
import { type EndpointFacts, endpointFindings } from "./endpoint-findings.ts";
import { CredentialsRefused } from "./errors.ts";
import { address, type Login, type LoginSpec, loginName } from "./login.ts";
import type { Notice } from "./notice.ts";

/** What is known of a login. Without its password. */
export interface LoginFacts {
  readonly spec: LoginSpec;
  /** What the document holds. */
  readonly target: Asked<Target>;
  /** Whether the server accepts it, if anybody can tell; absent: not asked without a target. */
  readonly accepted?: Asked<boolean | undefined> | undefined;
  /** Whether the change was rehearsed; absent: not asked if the server or the administrator's secret did not answer. */
  readonly rehearsal?: Asked<readonly Notice[]> | undefined;
  readonly admin?: AdminFacts | undefined;
  readonly endpoint?: EndpointFacts | undefined;
}

/** A login without its password. */
type Who = Pick<Login, "host" | "port" | "username">;

export interface Target extends Who {
  /** Every user name that the secret will hold in turn. */
  readonly usernames: readonly string[];
  /** Names of the document's fields. */
  readonly fields: {
    readonly username?: string | undefined;
    readonly password?: string | undefined;
  };
}

interface AdminFacts {
  /** Name or ARN. */
  readonly secret: string;
  /** `undefined`: there is no such secret. */
  readonly state: Asked<SecretState | undefined>;
  /** Its login, which must belong where the credential does. */
  readonly who: Asked<Who | undefined>;
}

/** What the document, the server and the administrator's secret mean for one login. Pure. @param secret its name */
export function loginFacts(secret: string, facts: LoginFacts): CredentialFacts {
  const { spec, target } = facts;
  if ("unknown" in target)
    return { spec, holds: [], findings: unanswered(secret, "its fields", target, inTheNetwork) };
  return {
    spec,
    holds: [
      ...target.known.usernames.map((username) => held({ ...target.known, username })),
      ...administrator(facts),
    ],
    findings: findings(secret, target.known, facts),
    fields: { ...target.known.fields, urls: spec.urls },
  };
}

const held = (who: Who): Held => ({ name: loginName(who) });

function administrator({ admin }: LoginFacts): readonly Held[] {
  const who = admin && "known" in admin.who ? admin.who.known : undefined;
  if (!admin || !who) return [];
  // The manifest may name it by its ARN.
  const known = "known" in admin.state ? admin.state.known : undefined;
  return [{ ...held(who), readFrom: known?.name ?? admin.secret }];
}

const inTheNetwork =
  "Run this where the database can be reached (on a host or a CI runner in its VPC)";

function findings(secret: string, target: Target, facts: LoginFacts): readonly Finding[] {
  const { accepted, rehearsal, admin } = facts;
  const { host, username } = target;
  const user = loginName(target);
  const open = (check: string, asked: Asked<unknown> | undefined) =>
    unanswered(secret, check, asked, inTheNetwork);
  return [
    ...endpointFindings(secret, host, facts.endpoint),
    ...open(`whether AWSCURRENT logs in as ${user}`, accepted),
    ...(accepted && "known" in accepted && accepted.known === false
      ? [failure(new CredentialsRefused(address(target), username, ["AWSCURRENT"]), secret)]
      : []),
    ...open(`whether the password of ${user} may be changed`, rehearsal),
    ...(rehearsal && "known" in rehearsal ? rehearsal.known : []).map((notice) =>
      finding({ severity: "warning", secret, ...notice }),
    ),
    ...open(`the admin secret ${admin?.secret}`, admin?.who),
    ...open(`the KMS key of the admin secret ${admin?.secret}`, admin?.state),
    ...adminKey(secret, facts),
  ];
}

function adminKey(secret: string, { spec, admin }: LoginFacts): readonly Finding[] {
  const state = admin && "known" in admin.state ? admin.state.known : undefined;
  if (!admin || !state) return [];
  const subject = `The admin secret ${admin.secret}`;
  return keyFindings(secret, spec.admin?.kmsKey, state.kmsKey, { subject, where: "admin.kmsKey" });
}
