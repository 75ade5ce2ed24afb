import { MongoClient, MongoServerError, MongoServerSelectionError } from "mongodb";
import type { Login } from "../login.ts";
import type { Client } from "../server.ts";

const timeoutMs = 5_000;

/** Users of the lab are of the database `admin`, whatever an application works on. */
export const userDatabase = "admin";

/** With the official driver, over verified TLS. */
export async function connect(login: Login, ca: string): Promise<MongoClient> {
  const { host, port, username, password } = login;
  const client = new MongoClient(`mongodb://${host}:${port}/`, {
    auth: { username, password },
    authSource: userDatabase,
    tls: true,
    ca,
    directConnection: true,
    serverSelectionTimeoutMS: timeoutMs,
    connectTimeoutMS: timeoutMs,
    maxPoolSize: 1,
    serverMonitoringMode: "poll",
  });
  try {
    return await client.connect();
  } catch (error) {
    await client.close();
    throw coded(error);
  }
}

/** The driver's errors have a server's number, or none: where it finds no server, Node's is deep inside. */
function coded(error: unknown): unknown {
  const inside =
    error instanceof MongoServerSelectionError
      ? [...(error.reason?.servers.values() ?? [])][0]?.error?.cause
      : undefined;
  const code =
    error instanceof MongoServerError ? String(error.code) : (inside as { code?: string })?.code;
  return code === undefined ? error : Object.assign(new Error("refused"), { code });
}

export const client: Client = {
  async open(login, ca) {
    const connection = await connect(login, ca);
    const close = () => connection.close().catch(() => {});
    try {
      await connection
        .db(login.database)
        .collection("anything")
        .findOne({}, { timeoutMS: timeoutMs });
    } catch (error) {
      void close();
      throw coded(error);
    }
    return { [Symbol.asyncDispose]: close };
  },
};

/** Whether the server accepts this login. */
export async function logsIn(login: Login, ca: string): Promise<boolean> {
  try {
    await (await connect(login, ca)).close();
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === "18") return false;
    throw error;
  }
}
