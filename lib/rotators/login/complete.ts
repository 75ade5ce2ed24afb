import { defined } from "../../manifest/defined.ts";
import { inStage, nameProblem, sameSecret, unknownVariable } from "../../manifest/names.ts";
import type { CredentialEntry } from "../../manifest/type.ts";
import { whole } from "../../secret/field.ts";
import { authority } from "./authority.ts";
import { besidePlain, copyProblems, saysNoFields, usedTwice } from "./contradictions.ts";
import type { LoginKeys } from "./keys.ts";
import type { LoginSpec } from "./login.ts";
import { usesOf } from "./managed-master.ts";
import { hostProblem } from "./other-host.ts";
import { passwordPolicy } from "./password-policy.ts";
import { defaultStrategy, strategyProblems } from "./strategy-choice.ts";
import { type EngineStrategies, strategyTraits } from "./traits.ts";

type LoginEntry = CredentialEntry<LoginKeys>;

/** The login that an entry of rotation.yml means. @param strategies those of the engine */
export function completeLogin(entry: LoginEntry, strategies: EngineStrategies): LoginSpec {
  const { keys, complain } = entry;
  const admin = administrator(entry);
  const strategy = keys.strategy ?? defaultStrategy(strategies, admin) ?? "in-place";
  const problems = [
    ...usedTwice(keys),
    ...besidePlain(keys),
    ...copyProblems(keys),
    ...strategyProblems(entry, admin, strategies),
  ];
  for (const [path, problem] of problems) complain(path, problem);
  const connection = connectionOf(entry);
  const { host, port } = connection;
  const server = host === undefined ? admin?.secret : [host, port].join(":");
  return {
    type: entry.type,
    ...(entry.isTypeDeclared && { isTypeDeclared: true }),
    strategy,
    traits: strategyTraits[strategy],
    admin,
    ...usesOf({ admin }),
    users: keys.users,
    fields: keys.plain === "password" ? { password: whole } : defined(keys.fields ?? {}),
    connection,
    ...(server !== undefined && { server }),
    urls: keys.plain === "url" ? [whole] : (keys.urls ?? []),
    ...defined({
      copies: keys.copies,
      otherHosts: otherHosts(entry),
      alternatives: entry.alternatives,
    }),
    ...(saysNoFields(keys) && { isInUrlAlone: true }),
    ca: authority(keys.ca, entry.folder, (problem) => complain(["ca"], problem)),
    passwordForm: keys.passwordForm ?? "verifier",
    password: passwordPolicy(keys.password, (problem) => complain(["password"], problem)),
  };
}

function connectionOf({ keys, stage, complain }: LoginEntry): LoginSpec["connection"] {
  const { connection = {} } = keys;
  if (connection.host === undefined) return connection;
  const host = inStage(connection.host, stage);
  const problem = unknownVariable(host);
  if (problem) complain(["connection", "host"], `${JSON.stringify(connection.host)} ${problem}`);
  return { ...connection, host };
}

function otherHosts({ keys, stage, complain }: LoginEntry): LoginSpec["otherHosts"] {
  if (keys.otherHosts && !keys.urls?.length && keys.plain !== "url")
    complain(
      ["otherHosts"],
      "needs a URL that leads there: name its field under urls, or remove it",
    );
  return keys.otherHosts?.map((raw, index) => {
    const host = inStage(raw, stage);
    const problem = unknownVariable(host) ?? hostProblem(host);
    // What is not a host may be a URL with a password in it.
    if (problem) complain(["otherHosts", index], problem);
    return host;
  });
}

/** The administrator of the entry or of the defaults. By default no secret is its own administrator. */
function administrator(entry: LoginEntry): LoginSpec["admin"] {
  const { keys, stage, secret, complain, kmsKeyOf, oneHome } = entry;
  if (!keys.admin) return undefined;
  const input = typeof keys.admin === "string" ? { secret: keys.admin } : keys.admin;
  const path = typeof keys.admin === "string" ? ["admin"] : ["admin", "secret"];
  const name = inStage(input.secret, stage);
  const problem = nameProblem(name);
  if (problem) complain(path, `${JSON.stringify(input.secret)} ${problem}`);
  if (sameSecret(name, secret)) {
    if (!entry.isOwn("admin")) return undefined;
    complain(
      path,
      "is this secret itself, which cannot help when its own login is refused: name another administrator, or write `strategy: in-place` and no admin",
    );
  }
  const key = input.kmsKey ?? kmsKeyOf(name);
  oneHome(path, name);
  if (input.kmsKey) oneHome(["admin", "kmsKey"], input.kmsKey);
  return { ...input, secret: name, kmsKey: key === "aws/secretsmanager" ? undefined : key };
}
