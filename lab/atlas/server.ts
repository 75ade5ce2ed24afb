import type { IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { MongodbDouble } from "../mongodb/double.ts";
import { LocalMongodb } from "../mongodb/server.ts";
import { type Authority, makeAuthority } from "../postgres/certificates.ts";
import { all } from "../postgres/proxy.ts";
import type { ProviderDouble } from "../providers/double.ts";
import type { Internet } from "../providers/internet.ts";
import { playProviders } from "../providers/server.ts";
import type { CallInterceptor, Server, ServerCall, ServerProxy } from "../server.ts";
import { atlasDescription } from "./description.ts";
import { AtlasProject, type ProjectUser } from "./project.ts";

/** A project of Atlas with one cluster: the API over HTTPS, and the double of MongoDB. */
export interface AtlasServer extends Server {
  readonly project: AtlasProject;
}

export async function startAtlas(): Promise<AtlasServer> {
  await using parts = new AsyncDisposableStack();
  const authority = await makeAuthority();
  const cluster = parts.use(await MongodbDouble.start({ authority }));
  const project = new AtlasProject(cluster);
  // Two looks of a function, at the pace of this server.
  project.delay = 120;
  const front = parts.use(await openFront(project));
  return new LocalAtlas({ authority, cluster, project, front, owned: parts.move() });
}

/** One way to the API. */
interface Front extends AsyncDisposable {
  readonly internet: Internet;
  readonly api: ProviderDouble;
}

async function openFront(
  project: AtlasProject,
  interceptors: ReadonlySet<CallInterceptor> = new Set(),
): Promise<Front> {
  const description = atlasDescription(project);
  const server = await playProviders([description]);
  const api = server.renew(description.name);
  const { hosts } = description;
  const { answer } = api;
  const interceptor = all(interceptors);
  api.answer = async (request, url) => {
    const call = callOf(request, url);
    await interceptor.before(call);
    const instead = project.instead(call.summary);
    const reply = instead ? instead(await heard(request)) : await answer.call(api, request, url);
    // Whatever is thrown here cuts the connection.
    if ((await interceptor.after(call)) === "lose") throw new Error("lost");
    return reply;
  };
  return {
    internet: { hosts, port: server.port, ca: server.ca },
    api,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

async function heard(request: IncomingMessage): Promise<string> {
  return JSON.stringify([request.url, request.headers, await text(request)]);
}

/** E.g. `PATCH databaseUsers`. */
function callOf({ method = "" }: IncomingMessage, { pathname }: URL): ServerCall {
  const [what = ""] = /token|databaseUsers/.exec(pathname) ?? [];
  return { kind: "query", user: "", summary: `${method} ${what}`, connection: 0 };
}

interface Parts {
  readonly authority: Authority;
  readonly cluster: MongodbDouble;
  readonly project: AtlasProject;
  readonly front: Front;
  readonly owned: AsyncDisposable;
}

class LocalAtlas extends LocalMongodb implements AtlasServer {
  override readonly type = "atlas";
  override readonly title = "a double of MongoDB Atlas";
  override readonly passwordChange = "query PATCH databaseUsers";
  /** The API's changes are nobody's commands. */
  override readonly loggedStatements = [/"command":\{"connectionStatus":1/];
  readonly pace = 20;
  readonly keys: { readonly project: string };
  readonly project: AtlasProject;
  readonly internet: Internet;
  readonly #owned: AsyncDisposable;
  readonly #fronts: Set<Front>;

  constructor({ authority, cluster, project, front, owned }: Parts) {
    super(authority, cluster);
    this.project = project;
    this.keys = { project: project.id };
    this.internet = front.internet;
    this.#fronts = new Set([front]);
    this.#owned = owned;
  }

  protected override makeUser(username: string, database?: string): string {
    const [roleName, databaseName] = database ? ["readWrite", database] : ["read", "reports"];
    const roles = [{ roleName, databaseName }];
    const user: ProjectUser = { databaseName: "admin", username, roles, scopes: [], labels: [] };
    const password = this.newPassword();
    this.project.put(user, password);
    return password;
  }

  /** A service account. */
  override async newAdministrator(username: string): Promise<string> {
    return this.project.newAccount(username).secret;
  }

  override async letAdminister(_: string, may: boolean): Promise<void> {
    for (const { api } of this.#fronts) api.admin = may ? "works" : "forbidden";
  }

  override async dropUser(username: string): Promise<void> {
    this.project.drop(username);
  }

  override async setPassword(username: string, password: string): Promise<void> {
    const { accounts } = this.project;
    const user = this.project.find(username);
    if (accounts.has(username)) accounts.set(username, password);
    if (user) this.project.put(user, password);
  }

  override async proxy(): Promise<ServerProxy> {
    await using parts = new AsyncDisposableStack();
    const wire = parts.use(await super.proxy());
    const interceptors = new Set<CallInterceptor>();
    const front = parts.use(await openFront(this.project, interceptors));
    this.#fronts.add(front);
    parts.defer(() => void this.#fronts.delete(front));
    const owned = parts.move();
    const { host, port } = wire;
    return {
      ...{ host, port, internet: front.internet },
      intercept(interceptor) {
        const hooks = new DisposableStack();
        hooks.use(wire.intercept(interceptor));
        interceptors.add(interceptor);
        hooks.defer(() => void interceptors.delete(interceptor));
        return hooks;
      },
      [Symbol.asyncDispose]: () => owned.disposeAsync(),
    };
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    await this.#owned[Symbol.asyncDispose]();
  }
}
