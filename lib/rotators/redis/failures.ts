import { RotationError } from "../../errors.ts";
import { address, type Login } from "../login/login.ts";
import { DatabaseFailed, LoginForbidden, ReadOnlyServer } from "../login/server-errors.ts";
import { driverError, transportFailure, unexpected } from "../login/transport.ts";
import { Unreachable } from "../login/transport-errors.ts";
import { CommandMissing, permissionDenied } from "./errors.ts";
import { NotRedis, ServerAnswer, unknownCommand } from "./resp.ts";

interface Reason {
  readonly why: string;
  readonly retryable: boolean;
}

const cure = (why: string): Reason => ({ why, retryable: false });
const wait = (why: string): Reason => ({ why, retryable: true });

/** Answers that are not about the password, by their first word. */
const reasons: Readonly<Record<string, Reason>> = {
  BUSY: wait("a script keeps it busy"),
  CLUSTERDOWN: wait("the cluster is down"),
  DENIED: cure("it is in protected mode"),
  LOADING: wait("it is loading its data"),
  MASTERDOWN: wait("it is a replica without its primary"),
  NOAUTH: wait("it does not know the session any more"),
  TRYAGAIN: wait("it is moving its data"),
};

const forbidden = (kind: string, login: Login): LoginForbidden => {
  const { why, retryable } = reasons[kind] ?? wait("refused");
  return new LoginForbidden(address(login), login.username, kind || "no code", why, retryable);
};

/** `refused` when the server answers that the user or the password is wrong, or the user is off. */
export function loginFailure(thrown: unknown, login: Login): RotationError | "refused" {
  if (!(thrown instanceof ServerAnswer)) return connectionFailure(thrown, login);
  if (thrown.kind === unknownCommand) return new CommandMissing(address(login), "AUTH", "log in");
  return thrown.kind === "WRONGPASS" ? "refused" : forbidden(thrown.kind, login);
}

/**
 * @param words the command with its arguments, of which only what names the command is told
 * @param action e.g. `change the password of user app`
 */
export function commandFailure(
  thrown: unknown,
  login: Login,
  words: readonly string[],
  action: string,
): RotationError {
  if (!(thrown instanceof ServerAnswer)) return connectionFailure(thrown, login);
  const { kind } = thrown;
  const at = address(login);
  const command = commandIn(words);
  if (kind === "NOPERM") return permissionDenied(at, login.username, action, command);
  if (kind === unknownCommand) return new CommandMissing(at, command, action);
  if (kind === "READONLY") return new ReadOnlyServer(at);
  if (reasons[kind]) return forbidden(kind, login);
  return new DatabaseFailed(at, action, `${kind || "no code"} to ${command}`);
}

/** Commands of these names have subcommands. */
const families = ["ACL", "CLIENT", "CLUSTER", "CONFIG"];

const commandIn = (words: readonly string[]) =>
  words.slice(0, families.includes(words[0] ?? "") ? 2 : 1).join(" ");

function connectionFailure(thrown: unknown, login: Login): RotationError {
  if (thrown instanceof RotationError) return thrown;
  if (thrown instanceof NotRedis)
    return new Unreachable(address(login), "it speaks another protocol");
  return transportFailure(driverError(thrown), login) ?? unexpected(thrown);
}
