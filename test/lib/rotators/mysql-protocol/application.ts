import { connect } from "../../../../lab/mysql-protocol/client.ts";
import type { Login } from "../../../../lib/rotators/login/login.ts";
import { accountName } from "../../../../lib/rotators/mysql-protocol/quoting.ts";
import type { Application } from "../../../contracts/pair.ts";

export const account = (username: string, host = "%"): string => accountName(username, host);

export async function application({ password, ca, ...to }: Login): Promise<Application> {
  const pem = typeof ca === "object" ? ca.pem : "";
  const connection = await connect({ ...to, password: password.reveal() }, pem);
  const ended = new Promise<void>((resolve) => {
    connection.on("error", () => resolve());
    connection.on("end", () => resolve());
  });
  return {
    async query(sql) {
      const [rows] = await connection.query(sql);
      return Array.isArray(rows) ? (rows as Record<string, unknown>[]) : [];
    },
    ended,
    [Symbol.asyncDispose]: () => connection.end().catch(() => {}),
  };
}
