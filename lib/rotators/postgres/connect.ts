import pg from "pg";
import { DeadlineReached } from "../../context/deadline.ts";
import { address, type Login } from "../login/login.ts";
import { AuthenticationMethodRefused } from "../login/server-errors.ts";
import { trusted } from "../login/trust.ts";

/** In milliseconds; the time left of the invocation bounds it too. */
const connectTimeout = 5000;

export interface Connection {
  readonly client: pg.Client;
  /** Cuts the connection at once; what is under way fails. */
  abort(): void;
}

/**
 * A connection over verified TLS, authenticated by SCRAM: the only method that neither hands the password
 * to the server nor lets a server that does not know it pass for one that does.
 * @param gate TCP and TLS are opened at once; who logs in, and that it does, is said when this resolves
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

/**
 * The driver would answer a request for clear text or MD5, and would take "come in" for an answer, also in
 * the middle of SCRAM; it asks for the password only after it has told what the server wants. Without SASL
 * it gets none.
 */
function watchMethod(connection: pg.Connection) {
  let asked = "no password at all (trust)";
  let proven = false;
  connection.on("authenticationCleartextPassword", () => {
    asked = "the password in clear text";
  });
  connection.on("authenticationMD5Password", () => {
    asked = "the password as MD5";
  });
  connection.on("authenticationSASL", () => {
    asked = "SCRAM";
  });
  // The driver checks the server's signature in it, and fails where that is wrong.
  connection.on("authenticationSASLFinal", () => {
    proven = true;
  });
  return {
    requireScram(login: Login): string {
      if (asked === "SCRAM") return login.password.reveal();
      throw new AuthenticationMethodRefused(address(login), asked);
    },
    requireProof(login: Login): void {
      if (proven) return;
      const method = asked === "SCRAM" ? "SCRAM and breaks it off" : asked;
      throw new AuthenticationMethodRefused(address(login), method);
    },
  };
}

/** The driver sends the startup message as soon as it has TLS. The typings leave the method out. */
function holdStartup(connection: pg.Connection, gate: Promise<void>): void {
  const driver = connection as pg.Connection & { startup(configuration: object): void };
  const startup = driver.startup.bind(driver);
  driver.startup = (configuration) => void gate.then(() => startup(configuration));
}
