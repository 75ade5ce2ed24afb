import type { Login } from "../login/login.ts";
import { MechanismRefused, requireDone } from "./answers.ts";
import type { Document } from "./bson.ts";
import { isMechanism, type Mechanism, mechanisms, NotProven, Scram } from "./scram.ts";
import type { Wire } from "./wire.ts";

/**
 * Proves the password by SCRAM, and lets the server prove that it knows it: by the method that the URL names, else by the
 * best one that the user has.
 * @throws CommandFailed, MechanismRefused, NotProven, what broke the connection
 */
export async function authenticate(wire: Wire, login: Login): Promise<void> {
  const { database: $db } = login;
  const scram = new Scram(await mechanismOf(wire, login), login);
  const start = requireDone(
    await wire.ask({
      saslStart: 1,
      mechanism: scram.mechanism,
      payload: scram.first(),
      options: { skipEmptyExchange: true },
      $db,
    }),
  );
  const conversationId = start.get("conversationId");
  const next = async (payload: Buffer) =>
    requireDone(await wire.ask({ saslContinue: 1, conversationId, payload, $db }));
  const last = await next(await scram.proof(payloadOf(start)));
  scram.verify(payloadOf(last));
  // Servers that do not know the option want one more turn.
  if (last.get("done")?.isTrue) return;
  const end = await next(Buffer.alloc(0));
  if (!end.get("done")?.isTrue) throw new NotProven();
}

const payloadOf = (answer: Document): Buffer => answer.get("payload")?.binary ?? Buffer.alloc(0);

async function mechanismOf(wire: Wire, { database, username, options }: Login): Promise<Mechanism> {
  const named = options?.["mechanism"];
  if (named !== undefined && isMechanism(named)) return named;
  const answer = requireDone(
    await wire.ask({ hello: 1, saslSupportedMechs: `${database}.${username}`, $db: "admin" }),
  );
  const [best = "SCRAM-SHA-256"] = mechanisms;
  // Of a user that is not there, a server tells nothing; the login then refuses it.
  if (!answer.get("saslSupportedMechs")) return best;
  const offered = answer.texts("saslSupportedMechs");
  const found = mechanisms.find((each) => offered.includes(each));
  if (found) return found;
  throw new MechanismRefused();
}
