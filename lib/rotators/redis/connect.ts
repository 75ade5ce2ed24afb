import { isIP } from "node:net";
import {
  checkServerIdentity,
  connect as connectTls,
  type PeerCertificate,
  type TLSSocket,
} from "node:tls";
import { DeadlineReached } from "../../context/deadline.ts";
import { address, type Login } from "../login/login.ts";
import { opened, within } from "../login/phases.ts";
import { Unreachable } from "../login/transport-errors.ts";
import { trusted } from "../login/trust.ts";
import { takesAnyPassword } from "./errors.ts";
import { NotRedis, ServerAnswer } from "./resp.ts";
import { defaultUser } from "./traits.ts";
import { Wire } from "./wire.ts";

/** Where to log in, and how. */
export interface Way {
  /** TCP and TLS are opened at once; the user is named when this resolves. */
  readonly gate?: Promise<void> | undefined;
  /** The names that the certificate may be for; default: the host's. */
  readonly names?: readonly string[];
}

/**
 * Logs in over verified TLS. Nothing is sent before.
 * @throws ServerAnswer, NotRedis, whatever the socket throws, Unreachable, AuthenticationMethodRefused, DeadlineReached
 */
export async function connect(login: Login, signal: AbortSignal, way: Way = {}): Promise<Wire> {
  if (signal.aborted) throw new DeadlineReached();
  const socket = connectTls({
    host: login.host,
    port: login.port,
    secureContext: await trusted(login),
    rejectUnauthorized: true,
    checkServerIdentity: (host, certificate) => identify(way.names ?? [host], certificate),
    ...(isIP(login.host) === 0 && { servername: login.host }),
  });
  socket.setNoDelay(true);
  const wire = new Wire(socket, () => new Unreachable(address(login), "connection closed"));
  const abort = () => wire.destroy(new DeadlineReached());
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) abort();
  const late = () => wire.destroy(new Unreachable(address(login), "timed out"));
  try {
    await within(late, () => handshake(socket, login));
    if (way.gate) await opened(way.gate, signal);
    await within(late, () => authenticate(wire, login));
    return wire;
  } catch (error) {
    wire.destroy();
    throw signal.aborted ? new DeadlineReached() : error;
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/** The certificate is for one of these names. */
function identify(names: readonly string[], certificate: PeerCertificate): Error | undefined {
  const problems = names.map((name) => checkServerIdentity(name, certificate));
  return problems.includes(undefined) ? undefined : problems[0];
}

function handshake(socket: TLSSocket, login: Login): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once("secureConnect", resolve);
    socket.once("error", reject);
    socket.once("close", () => reject(new Unreachable(address(login), "connection closed")));
  });
}

async function authenticate(wire: Wire, login: Login): Promise<void> {
  const { username, password } = login;
  const isDefault = username === defaultUser;
  if (isDefault) await requireClosed(wire, login);
  // Servers before Redis 6 know no other user, take no name, and write one word too many to their slow log.
  const name = isDefault ? [] : [username];
  const reply = await wire.ask(["AUTH", ...name, password.reveal()]);
  if (reply instanceof ServerAnswer) throw reply;
  // POP3 greets with `+OK`, too.
  if (reply !== "OK") throw new NotRedis("");
}

/** A default user without a password is logged in from the start, and accepts whatever it is sent. */
async function requireClosed(wire: Wire, login: Login): Promise<void> {
  const reply = await wire.ask(["PING"]);
  if (!(reply instanceof ServerAnswer)) throw takesAnyPassword(address(login), login.username);
  // Whoever is logged in is told what else is wrong, e.g. that the server is loading its data.
  if (reply.kind !== "NOAUTH") throw reply;
}
