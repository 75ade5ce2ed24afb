import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { DeadlineReached } from "../../context/deadline.ts";
import { address, type Login } from "../login/login.ts";
import { opened, within } from "../login/phases.ts";
import { TlsFailed, Unreachable } from "../login/transport-errors.ts";
import { trusted } from "../login/trust.ts";
import { MethodUnknown, ServerAnswer } from "./answers.ts";
import { type MethodNames, Proof } from "./authentication.ts";
import {
  asksForAnother,
  type Greeting,
  isError,
  isOk,
  loginRequest,
  readGreeting,
  saysMore,
  tlsRequest,
  untilNul,
} from "./packets.ts";
import { Wire } from "./wire.ts";

/**
 * Logs in over verified TLS.
 * @param methods those of the engine
 * @param gate TCP and TLS are opened at once; the user is named when this resolves
 * @throws ServerAnswer, MethodUnknown, whatever the socket throws, Unreachable, TlsFailed, DeadlineReached
 */
export async function connect(
  login: Login,
  signal: AbortSignal,
  methods: MethodNames,
  gate?: Promise<void>,
): Promise<Wire> {
  if (signal.aborted) throw new DeadlineReached();
  const socket = connectTcp({ host: login.host, port: login.port, noDelay: true });
  const wire = new Wire(socket, () => new Unreachable(address(login), "connection closed"));
  const abort = () => wire.destroy(new DeadlineReached());
  signal.addEventListener("abort", abort, { once: true });
  const late = () => wire.destroy(new Unreachable(address(login), "timed out"));
  try {
    const greeting = await within(late, () => secure(wire, socket, login));
    if (gate) await opened(gate, signal);
    await within(late, () => authenticate(wire, greeting, login, methods));
    return wire;
  } catch (error) {
    wire.destroy();
    throw signal.aborted ? new DeadlineReached() : error;
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

async function secure(wire: Wire, socket: Socket, login: Login): Promise<Greeting> {
  const packet = await wire.read();
  if (isError(packet)) throw new ServerAnswer(packet);
  const greeting = readGreeting(packet);
  if (!greeting) throw new Unreachable(address(login), "it speaks another protocol");
  if (!greeting.offersTls) throw new TlsFailed(address(login), "the server offers none");
  wire.write(tlsRequest());
  const secured = connectTls({
    socket,
    host: login.host,
    secureContext: await trusted(login),
    rejectUnauthorized: true,
    ...(isIP(login.host) === 0 && { servername: login.host }),
  });
  wire.secure(secured);
  await handshake(secured, login);
  return greeting;
}

function handshake(secured: TLSSocket, login: Login): Promise<void> {
  return new Promise((resolve, reject) => {
    secured.once("secureConnect", resolve);
    secured.once("error", reject);
    secured.once("close", () => reject(new Unreachable(address(login), "connection closed")));
  });
}

/** More than any server needs. */
const rounds = 8;

async function authenticate(
  wire: Wire,
  greeting: Greeting,
  { username, database, password }: Login,
  methods: MethodNames,
): Promise<void> {
  const proof = new Proof(methods, password, greeting.plugin);
  const answer = proof.answer(greeting.challenge);
  wire.write(loginRequest({ username, database, plugin: proof.plugin, answer }));
  for (let round = 0; round < rounds; round++) {
    const packet = await wire.read();
    if (isOk(packet)) return;
    if (isError(packet)) throw new ServerAnswer(packet);
    const next = answerTo(packet, proof);
    if (next) wire.write(next);
  }
  throw new MethodUnknown("");
}

/** Whoever is not the server may ask for anything. @throws MethodUnknown */
function answerTo(packet: Buffer, proof: Proof): Buffer | undefined {
  if (saysMore(packet)) return proof.next(packet);
  if (!asksForAnother(packet)) throw new MethodUnknown("");
  // Its name, a NUL, a new challenge.
  const plugin = untilNul(packet, 1).toString("latin1");
  const start = 1 + plugin.length + 1;
  return proof.switchTo(plugin, packet.subarray(start, start + 20));
}
