/** `application_name` of the connections that the harness itself makes. */
export const HARNESS = "quarterturn-harness";

/** `log_line_prefix`: session id, SQLSTATE, time. */
export const LOG_LINE_PREFIX = "[%c] %e %m ";

// invalid_password; invalid_authorization_specification (no pg_hba.conf entry, NOLOGIN).
const REFUSED = new Set(["28P01", "28000"]);

const entry = /^\[([0-9a-f.]+)\] (\S{5}) .*? (?:LOG|FATAL): {2}(.*)$/gm;

/** Counts what a server with `log_connections=on` and the prefix above has written. */
export function countConnections(log: string): { received: number; refused: number } {
  const received = new Set<string>();
  const refused = new Set<string>();
  for (const [, session = "", state = "", text = ""] of log.matchAll(entry)) {
    if (text.startsWith("connection received:")) received.add(session);
    if (REFUSED.has(state)) refused.add(session);
    if (text.startsWith("connection authorized:") && text.includes(`application_name=${HARNESS}`)) {
      received.delete(session);
    }
  }
  return { received: received.size, refused: refused.size };
}

/** Of the connections that came from these ports of the client's, those that were refused. */
export function countRefused(log: string, clientPorts: ReadonlySet<number>): number {
  const sessions = new Map<string, number>();
  const refused = new Set<string>();
  for (const [, session = "", state = "", text = ""] of log.matchAll(entry)) {
    const port = /^connection received: host=\S+ port=(\d+)/.exec(text)?.[1];
    if (port) sessions.set(session, Number(port));
    if (REFUSED.has(state) && clientPorts.has(sessions.get(session) ?? 0)) refused.add(session);
  }
  return refused.size;
}
