import type { Session } from "./engine.ts";
import { CredentialsRefused } from "./errors.ts";
import { address, type Login } from "./login.ts";
import type { Replacement } from "./strategy.ts";

/** A session that a version of the secret has opened. Disposing of it, also twice, closes the session. */
export interface Possession extends AsyncDisposable {
  readonly session: Session;
  readonly login: Login;
}

/**
 * A session by AWSCURRENT; where that is refused, by AWSPENDING or by what the secret held before. A user name proves
 * nothing: whoever may write the secret could put any user's name into it and be given that user's rights.
 * @returns `undefined` where the manifest itself names the user, so that the administrator may repair its login
 * @throws CredentialsRefused
 */
export async function possession(
  replacement: Replacement,
  pending: Login,
): Promise<Possession | undefined> {
  const { engine, current, spec, signal } = replacement;
  const opened = async (login: Login): Promise<Possession | undefined> => {
    const session = await engine.login(login, signal);
    if (session === "refused") return undefined;
    let closed: PromiseLike<void> | undefined;
    const close = () => {
      closed ??= session[Symbol.asyncDispose]();
      return closed;
    };
    return { session, login, [Symbol.asyncDispose]: close };
  };
  const healthy = await opened(current);
  if (healthy) return healthy;
  replacement.outage();
  const switched = await opened(pending);
  if (switched) return switched;
  let earlier = 0;
  for await (const login of replacement.earlier()) {
    const found = await opened(login);
    if (found) return found;
    earlier += 1;
  }
  if (spec.admin && spec.connection.username === current.username) return undefined;
  const tried = ["AWSCURRENT", "AWSPENDING", `${earlier} earlier versions`];
  throw new CredentialsRefused(address(current), current.username, tried);
}
