import { isIP } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { DeadlineReached } from "../../context/deadline.ts";
import { address, type Login } from "../login/login.ts";
import { phaseTimeout } from "../login/phases.ts";
import { driverError, transportFailure } from "../login/transport.ts";
import { Unreachable } from "../login/transport-errors.ts";
import { trusted } from "../login/trust.ts";
import { CommandFailed, NoPrimary, requireDone } from "./answers.ts";
import { authenticate } from "./authenticate.ts";
import type { Document } from "./bson.ts";
import { type Place, placesOf, serversOf } from "./servers.ts";
import { NotTheProtocol, Wire } from "./wire.ts";

/** As `phaseTimeout`, for each of several servers. */
const shortTimeout = 2500;

/** A connection to a server, and what it says of itself. */
interface Reached {
  readonly wire: Wire;
  readonly hello: Document;
}

/** A session that is logged in. */
export interface Connected extends Reached {
  /** How far the server's clock is ahead of ours, in milliseconds. */
  readonly clockAhead: number;
}

/**
 * Logs in over verified TLS, on the server that takes changes.
 * @param gate the server is found at once; the user is named when this resolves
 * @throws CommandFailed, MechanismRefused, NotProven, NoPrimary, DnsFailed, Unreachable, TlsFailed, DeadlineReached
 */
export async function connect(
  login: Login,
  signal: AbortSignal,
  gate?: Promise<void>,
): Promise<Connected> {
  if (signal.aborted) throw new DeadlineReached();
  const wires = new Set<Wire>();
  const cut = Promise.withResolvers<never>();
  cut.promise.catch(() => {});
  const abort = () => {
    cut.reject(new DeadlineReached());
    for (const wire of wires) wire.destroy(new DeadlineReached());
  };
  signal.addEventListener("abort", abort, { once: true });
  try {
    const { wire, hello } = await Promise.race([findPrimary(login, wires), cut.promise]);
    const clockAhead = (hello.get("localTime")?.number ?? Date.now()) - Date.now();
    if (gate) await Promise.race([gate, cut.promise]);
    await within(phaseTimeout, wire, login, () => authenticate(wire, login));
    wires.delete(wire);
    return { wire, hello, clockAhead };
  } catch (error) {
    throw signal.aborted ? new DeadlineReached() : error;
  } finally {
    signal.removeEventListener("abort", abort);
    for (const wire of wires) wire.destroy();
  }
}

/** Asks one server after the other: each knows who takes changes. */
async function findPrimary(login: Login, wires: Set<Wire>): Promise<Reached> {
  const servers = await serversOf(login);
  const asked = new Set<string>();
  const failures: unknown[] = [];
  const queue: Place[] = [...servers];
  const time = servers.length > 1 ? shortTimeout : phaseTimeout;
  for (let place = queue.shift(); place; place = queue.shift()) {
    const at = { ...login, ...place };
    if (asked.has(address(at))) continue;
    asked.add(address(at));
    try {
      const reached = await reach(at, time, wires);
      const { hello, wire } = reached;
      const takesChanges = (hello.get("isWritablePrimary") ?? hello.get("ismaster"))?.isTrue;
      if (takesChanges || login.options?.["direct"]) return reached;
      queue.unshift(...placesOf(hello.get("primary")?.text ?? ""));
      wires.delete(wire);
      void wire.end();
    } catch (error) {
      failures.push(transportFailure(driverError(error), at) ?? error);
    }
  }
  throw failures[0] ?? new NoPrimary();
}

/** TCP, TLS, and what the server says of itself. No user is named. */
async function reach(at: Login, time: number, wires: Set<Wire>): Promise<Reached> {
  const secureContext = await trusted(at);
  const socket = connectTls({
    host: at.host,
    port: at.port,
    secureContext,
    rejectUnauthorized: true,
    ...(isIP(at.host) === 0 && { servername: at.host }),
  });
  socket.setNoDelay();
  const wire = new Wire(socket, () => new Unreachable(address(at), "connection closed"));
  wires.add(wire);
  try {
    const hello = await within(time, wire, at, async () => {
      await handshake(socket, at);
      return greet(wire);
    });
    return { wire, hello };
  } catch (error) {
    wires.delete(wire);
    wire.destroy();
    throw error;
  }
}

const commandNotFound = 59;

/** By its old name on servers that do not know the new one (MongoDB below 4.4.2, DocumentDB). */
async function greet(wire: Wire): Promise<Document> {
  try {
    return requireDone(await wire.ask({ hello: 1, $db: "admin" }));
  } catch (error) {
    if (!(error instanceof CommandFailed) || error.number !== commandNotFound) throw error;
    return requireDone(await wire.ask({ isMaster: 1, $db: "admin" }));
  }
}

function handshake(socket: TLSSocket, at: Login): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once("secureConnect", resolve);
    socket.once("error", reject);
    socket.once("close", () => reject(new Unreachable(address(at), "connection closed")));
  });
}

async function within<T>(ms: number, wire: Wire, at: Login, work: () => Promise<T>): Promise<T> {
  const timer = setTimeout(() => wire.destroy(new Unreachable(address(at), "timed out")), ms);
  try {
    return await work();
  } catch (error) {
    const isNoise = error instanceof NotTheProtocol || error instanceof RangeError;
    throw isNoise ? new Unreachable(address(at), "it speaks another protocol") : error;
  } finally {
    clearTimeout(timer);
  }
}
