import pg from "pg";
import { DeadlineReached } from "../../context/deadline.ts";
import { address, type Login } from "../login/login.ts";
import { trusted } from "../login/trust.ts";
import { md5Refused, methodRefused } from "./errors.ts";

/** In milliseconds; the time left of the invocation bounds it too. */
const connectTimeout = 5000;

export interface Connection {
  readonly client: pg.Client;
  /** Cuts the connection at once; what is under way fails. */
  abort(): void;
}

/**
 * Opens a connection over verified TLS, authenticated by SCRAM: the only method that neither gives the password to the
 * server nor lets a server that does not know it pretend to.
 * @param gate TCP and TLS are opened at once; the startup message is sent when this resolves
 * @throws whatever the driver throws, AuthenticationMethodRefused, DeadlineReached
 */
export async function connect(
  login: Login,
  signal: AbortSignal,
  gate?: Promise<void>,
): Promise<Connection> {
  const ssl = { secureContext: await trusted(login), rejectUnauthorized: true };
  if (signal.aborted) throw new DeadlineReached();
  const connection = new pg.Connection({ ssl });
  if (gate) holdStartup(connection, gate);
  const method = watchMethod(connection);
  const client = new pg.Client({
    connection,
    ssl,
    host: login.host,
    port: login.port,
    database: login.database,
    user: login.username,
    password: () => method.requireScram(login),
    application_name: "quarterturn",
    connectionTimeoutMillis: connectTimeout,
  } as pg.ClientConfig);
  const abort = () => connection.stream.destroy(new DeadlineReached());
  signal.addEventListener("abort", abort, { once: true });
  // A connection that breaks while nothing is under way must not end the process.
  client.on("error", () => {});
  try {
    await client.connect();
    method.requireProof(login);
    return { client, abort };
  } catch (error) {
    connection.stream.destroy();
    throw signal.aborted ? new DeadlineReached() : error;
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

const md5 = "the password as MD5";

/**
 * The driver would answer a request for clear text or MD5, and would accept a server that skips or breaks off SCRAM.
 * It announces what the server asks for before it asks for the password, so without SASL it does not get one.
 */
function watchMethod(connection: pg.Connection) {
  let asked = "no password (trust)";
  let proven = false;
  connection.on("authenticationCleartextPassword", () => {
    asked = "the password in clear text";
  });
  connection.on("authenticationMD5Password", () => {
    asked = md5;
  });
  connection.on("authenticationSASL", () => {
    asked = "SCRAM";
  });
  // The driver checks the server's signature in it, and fails if it is wrong.
  connection.on("authenticationSASLFinal", () => {
    proven = true;
  });
  return {
    requireScram(login: Login): string {
      if (asked === "SCRAM") return login.password.reveal();
      if (asked === md5) throw md5Refused(address(login), login.username);
      throw methodRefused(address(login), asked);
    },
    requireProof(login: Login): void {
      if (proven) return;
      const method = asked === "SCRAM" ? "SCRAM, but breaks it off" : asked;
      throw methodRefused(address(login), method);
    },
  };
}

/** Holds back the startup message, which the driver sends as soon as it has TLS. The method is not in its typings. */
function holdStartup(connection: pg.Connection, gate: Promise<void>): void {
  const driver = connection as pg.Connection & { startup(configuration: object): void };
  const startup = driver.startup.bind(driver);
  driver.startup = (configuration) => void gate.then(() => startup(configuration));
}
