import { Secret } from "../../secret/secret.ts";
import { answered } from "../http/patience.ts";
import type { Reply } from "../http/reply.ts";
import { formPost } from "../http/request.ts";
import type { Outgoing, Transport } from "../http/transport.ts";
import { AdminKeyRefused } from "../key/errors.ts";
import { sleep } from "./applied.ts";
import { apiFailure, atlas, type Caller, isNoUser, unavailable } from "./failures.ts";
import { type AtlasUser, userIn } from "./user.ts";

const host = "cloud.mongodb.com";

/** A service account: https://www.mongodb.com/docs/atlas/api/service-accounts-overview */
export interface ServiceAccount {
  readonly id: string;
  readonly secret: Secret<string>;
}

/**
 * The database users of one project, by the Atlas Administration API
 * (https://www.mongodb.com/docs/api/doc/atlas-admin-api-v2/group/endpoint-database-users). A change that it takes is not
 * in force yet on any cluster.
 */
export class AtlasApi {
  readonly #transport: Transport;
  readonly #caller: Caller;
  readonly #token: Secret<string>;

  private constructor(transport: Transport, caller: Caller, token: Secret<string>) {
    this.#transport = transport;
    this.#caller = caller;
    this.#token = token;
  }

  /** Gets an access token, which is good for an hour. @throws AdminKeyRefused, ProviderUnavailable, ProviderBusy */
  static async open(
    transport: Transport,
    caller: Caller,
    { id, secret }: ServiceAccount,
    signal: AbortSignal,
  ): Promise<AtlasApi> {
    const basic = Buffer.from(`${id}:${secret.reveal()}`).toString("base64");
    const form = { grant_type: "client_credentials" };
    const sent = formPost(host, "/api/oauth/token", form, { Authorization: `Basic ${basic}` });
    const reply = await ask(transport, sent, signal);
    const { access_token: token } = Object(reply.json);
    if (reply.status === 200 && typeof token === "string")
      return new AtlasApi(transport, caller, new Secret(token));
    if (![400, 401, 403].includes(reply.status))
      throw unavailable(`POST /api/oauth/token answered HTTP ${reply.status}, without a token`);
    throw new AdminKeyRefused(
      atlas,
      caller.admin,
      "get an access token",
      "Put the client ID of the service account and a client secret of it that has not expired into that secret, as clientId and clientSecret.",
    );
  }

  /**
   * @param database `admin` for users with a password, `$external` for most others
   * @throws AdminKeyRefused, ProjectMissing, ProviderUnavailable, ProviderBusy
   */
  async find(name: string, database: string, signal: AbortSignal): Promise<AtlasUser | undefined> {
    const action = `read the database user ${name}`;
    const reply = await this.#send("GET", [database, name], undefined, signal);
    if (isNoUser(reply)) return undefined;
    if (reply.status !== 200) throw apiFailure(reply, this.#caller, action);
    const user = userIn(reply.json);
    if (user?.name === name) return user;
    throw unavailable(`the answer to "${action}" has another form`);
  }

  /**
   * Makes a user, or changes one that is there. All of it is sent: whether Atlas keeps what a change leaves out is not
   * documented.
   * @throws as `find`, DatabaseFailed; after ProviderUnavailable it may have been done
   */
  async put(
    { name, roles, scopes, labels, description }: AtlasUser,
    isThere: boolean,
    password: Secret<string>,
    signal: AbortSignal,
  ): Promise<void> {
    const body = {
      databaseName: "admin",
      groupId: this.#caller.project,
      username: name,
      password: password.reveal(),
      ...{ roles, scopes, labels },
      ...(description !== undefined && { description }),
    };
    const [method, path, verb] = isThere
      ? (["PATCH", ["admin", name], "change"] as const)
      : (["POST", [], "create"] as const);
    const reply = await this.#send(method, path, body, signal);
    if (reply.status === 200 || reply.status === 201) return;
    throw apiFailure(reply, this.#caller, `${verb} the database user ${name}`);
  }

  #send(
    method: string,
    path: readonly string[],
    body: object | undefined,
    signal: AbortSignal,
  ): Promise<Reply> {
    const users = ["api", "atlas", "v2", "groups", this.#caller.project, "databaseUsers"];
    const sent = {
      host,
      method,
      path: `/${[...users, ...path].map(encodeURIComponent).join("/")}`,
      headers: {
        "User-Agent": "quarterturn",
        Accept: "application/vnd.atlas.2025-03-12+json",
        Authorization: `Bearer ${this.#token.reveal()}`,
        ...(body && { "Content-Type": "application/json" }),
      },
      ...(body && { body: Buffer.from(JSON.stringify(body)) }),
    };
    return ask(this.#transport, sent, signal);
  }
}

/** An answer that is neither silence nor a failure of the server. Asked to wait, it waits. */
function ask(transport: Transport, sent: Outgoing, signal: AbortSignal): Promise<Reply> {
  const what = `${sent.method} ${sent.path}`;
  const at = { now: () => new Date(), sleep: (ms: number) => sleep(ms, signal) };
  return answered(atlas, what, at, async () => {
    const reply = await transport(sent, signal);
    if ("failed" in reply) throw unavailable(`${what}: ${reply.failed}`);
    const { status } = reply;
    if (status >= 500 || (status >= 300 && status < 400))
      throw unavailable(`${what} answered HTTP ${status}`);
    return reply;
  });
}
