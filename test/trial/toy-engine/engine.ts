import type { Engine, Session } from "../../../lib/rotators/login/engine.ts";
import { address, type Login } from "../../../lib/rotators/login/login.ts";
import type { Secret } from "../../../lib/secret/secret.ts";
import { ToyFailed } from "./errors.ts";

/** @returns `refused` for a user or password that is wrong */
async function call(
  login: Login,
  [method, path]: readonly [string, string],
  signal: AbortSignal,
  body?: object,
): Promise<number | "refused"> {
  const credential = Buffer.from(`${login.username}:${login.password.reveal()}`).toString("base64");
  const headers = { authorization: `Basic ${credential}` };
  const init = { method, headers, signal, ...(body && { body: JSON.stringify(body) }) };
  const answer = await fetch(`http://${address(login)}${path}`, init).catch(() => {
    throw new ToyFailed(address(login), `${method} ${path}`);
  });
  return answer.status === 401 ? "refused" : answer.status;
}

class ToySession implements Session {
  #login: Login;

  constructor(login: Login) {
    this.#login = login;
  }

  async lock(_: string, signal: AbortSignal): Promise<boolean> {
    for (let waited = false; ; waited = true)
      if ((await call(this.#login, ["POST", "/lock"], signal)) === 200) return waited;
  }

  async rehearsePassword(): Promise<readonly never[]> {
    return [];
  }

  async setPassword(_: string, password: Secret<string>, signal: AbortSignal): Promise<void> {
    const body = { password: password.reveal() };
    if ((await call(this.#login, ["PUT", "/password"], signal, body)) === 200)
      this.#login = { ...this.#login, password };
    else throw new ToyFailed(address(this.#login), "change the password");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await call(this.#login, ["DELETE", "/lock"], AbortSignal.timeout(1000));
  }
}

async function login(login: Login, signal: AbortSignal): Promise<Session | "refused"> {
  const answer = await call(login, ["POST", "/session"], signal);
  return answer === "refused" ? "refused" : new ToySession(login);
}

export const toyEngine: Engine = {
  login,
  approach: (of, signal) => ({
    login: () => login(of, signal),
    async [Symbol.asyncDispose]() {},
  }),
};
