import { setTimeout as sleep } from "node:timers/promises";
import { Secret } from "../../secret/secret.ts";
import type { Ask } from "../../validation/ask.ts";
import type { CheckedSecret, CredentialChecks } from "../../validation/checks.ts";
import { adminLogin } from "./admin.ts";
import type { LoginCredential } from "./credential.ts";
import { type LoginFacts, loginFacts, type Target } from "./findings.ts";
import type { Login, LoginSpec } from "./login.ts";
import { fieldOf } from "./login-parts.ts";
import { writeLogin } from "./write-login.ts";

export interface LoginRotator {
  credential(spec: LoginSpec, other?: object): LoginCredential;
}

/** Logs in, and rehearses the change of the password, as a testSecret without a rotation does. */
export const loginChecks = (rotator: LoginRotator, other?: object) =>
  ({
    replaced(spec: LoginSpec, current, into) {
      const credential = rotator.credential(spec, other);
      const { username, password } = credential.logins.of(current);
      const next = { username, password: new Secret("replaced") };
      const { defaultUsername } = credential.parts.traits;
      const document = writeLogin(into, spec, next, defaultUsername);
      return { name: credential.name(current), value: password, document };
    },
    async check(spec: LoginSpec, secret, ask) {
      return loginFacts(secret.name, await gather(rotator.credential(spec, other), secret, ask));
    },
  }) satisfies CredentialChecks;

async function gather(
  credential: LoginCredential,
  { arn, current: document, describe, endpoints, read }: CheckedSecret,
  ask: Ask,
): Promise<LoginFacts> {
  const { spec, engine, strategy } = credential.parts;
  const parsed = await ask(async () => {
    const current = credential.logins.of(document);
    return { current, target: targetOf(current, document, credential) };
  });
  if ("unknown" in parsed) return { spec, target: parsed };
  const { current, target } = parsed.known;
  const accepted = await ask((signal) => credential.works(current, signal));
  const admin = await ask((signal) =>
    adminLogin(credential.parts, current, { readSecret: read, signal }),
  );
  // A server that did not answer the login will not answer this either.
  const rehearsal =
    "known" in accepted && "known" in admin
      ? await ask((signal) =>
          strategy.rehearse({
            ...{ spec, engine, signal, current },
            sleep: (ms) => sleep(ms, undefined, { signal }),
            admin: async () => admin.known,
          }),
        )
      : undefined;
  return {
    spec,
    ...(endpoints && {
      endpoint: {
        role: await ask((signal) => endpoints.roleOf(current.host, signal)),
        proxies: await ask((signal) => endpoints.proxiesWith(arn, signal)),
      },
    }),
    target: { known: target },
    accepted,
    rehearsal,
    admin: spec.admin && {
      secret: spec.admin.secret,
      state: await describe(spec.admin.secret),
      who: "known" in admin ? { known: admin.known && withoutPassword(admin.known) } : admin,
    },
  };
}

const withoutPassword = ({ host, port, username }: Login) => ({ host, port, username });

const targetOf = (
  login: Login,
  document: CheckedSecret["current"],
  credential: LoginCredential,
): Target => ({
  ...withoutPassword(login),
  usernames: credential.logins.usernames(login),
  fields: {
    username: fieldOf(document, credential.parts.spec, "username"),
    password: fieldOf(document, credential.parts.spec, "password"),
  },
});
