import { inspect } from "node:util";
import type { Engine } from "../../lib/rotators/login/engine.ts";
import type { Login } from "../../lib/rotators/login/login.ts";

/** What code that nobody foresaw may throw, with the password wherever something thrown can hold it. */
export const poisons: readonly ((password: string) => unknown)[] = [
  (password) => new Error(password),
  (password) => new Error("x", { cause: new Error(password) }),
  (password) => new Error("x", { cause: password }),
  (password) => Object.assign(new Error("x"), { sql: password, code: password, detail: password }),
  (password) => Object.assign(new Error("x"), { stack: password }),
  (password) => Object.assign(new Error("x"), { name: password }),
  (password) => Object.defineProperty(new Error("x"), "hidden", { value: password }),
  (password) =>
    Object.defineProperty(new Error("x"), "late", { get: () => password, enumerable: true }),
  (password) => Object.assign(new Error("x"), { toJSON: () => password, toString: () => password }),
  (password) => Object.assign(new Error("x"), { [inspect.custom]: () => password }),
  (password) => Object.assign(new Error("x"), { originalError: new Error(password) }),
  (password) => new AggregateError([new Error(password)], password),
  (password) => new DOMException(password, password),
  (password) => Object.assign(Object.create(null), { message: password }),
  (password) => password,
  (password) => [password],
  (password) => Buffer.from(password),
  (password) => Symbol(password),
  (password) => () => password,
];

function* inTurn(): Generator<(password: string) => unknown, never> {
  for (;;) yield* poisons;
}

const turns = inTurn();

/**
 * In place of the real one in a bundle: whatever is asked of it with a login is answered so.
 * @public
 */
export const poisoned: Engine = new Proxy({} as Engine, {
  get: (_, member) => (member === "then" ? undefined : answer),
});

async function answer({ password }: Login): Promise<never> {
  throw turns.next().value(password.reveal());
}
