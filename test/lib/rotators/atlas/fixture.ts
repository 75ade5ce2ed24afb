import { randomUUID } from "node:crypto";
import { atlasDescription } from "../../../../lab/atlas/description.ts";
import { AtlasProject, type ProjectUser } from "../../../../lab/atlas/project.ts";
import { startMongodb, storedUser } from "../../../../lab/mongodb/server.ts";
import type { ProviderDouble } from "../../../../lab/providers/double.ts";
import { playProviders } from "../../../../lab/providers/server.ts";
import { atlasEngine } from "../../../../lib/rotators/atlas/atlas.ts";
import type { Outgoing } from "../../../../lib/rotators/http/transport.ts";
import type { Engine } from "../../../../lib/rotators/login/engine.ts";
import type { Login } from "../../../../lib/rotators/login/login.ts";
import { Secret } from "../../../../lib/secret/secret.ts";
import { newPassword } from "../../../contracts/engine.ts";
import type { PairFixture } from "../../../contracts/pair.ts";
import { transportTo } from "../http/played-service.ts";
import { openApplication } from "../mongodb/application.ts";

export interface AtlasFixture extends PairFixture {
  readonly project: AtlasProject;
  readonly engine: Engine;
  /** What the API was sent. */
  readonly sent: Outgoing[];
  /** The API, for troubles and for what it has seen. */
  readonly api: ProviderDouble;
}

/** What a person made in the console. */
export const userOf = (username: string, more: object = {}): ProjectUser => ({
  databaseName: "admin",
  username,
  roles: [{ roleName: "readWrite", databaseName: "app" }],
  scopes: [],
  labels: [],
  ...more,
});

/** The API over HTTPS and one cluster, both played: see lab/atlas for what that shows, and what not. */
export async function openAtlasFixture(): Promise<AtlasFixture> {
  await using parts = new AsyncDisposableStack();
  const cluster = parts.use(await startMongodb());
  const project = new AtlasProject(cluster.double);
  const server = parts.use(await playProviders([atlasDescription(project)]));
  const { host, port, ca } = cluster;
  const place = { host, port, database: "admin", ca: { pem: ca } };
  const login = (username: string, password = newPassword()): Login => ({
    ...place,
    ...{ username, password, passwordForm: "verifier" },
  });
  const newUser = (user: ProjectUser): Login => {
    const made = login(user.username);
    project.put(user, made.password.reveal());
    return made;
  };
  const newName = () => `user_${randomUUID().slice(0, 8)}`;
  const transport = transportTo(server);
  const sent: Outgoing[] = [];
  const engine = atlasEngine(
    { project: project.id, admin: { secret: "production/atlas" } },
    (outgoing, signal) => {
      sent.push(outgoing);
      return transport(outgoing, signal);
    },
    { pause: 10, looks: 50 },
  );
  const owned = parts.move();
  return {
    project,
    engine,
    sent,
    api: server.renew("atlas"),
    newOwner: async (name = newName()) => newUser(userOf(name)),
    newUser: async (name = newName()) =>
      newUser(userOf(name, { roles: [{ roleName: "read", databaseName: "reports" }] })),
    async newAdmin() {
      const { id, secret } = project.newAccount();
      return { ...login(id), password: new Secret(secret), actsIn: "admin" };
    },
    connect: (of) => openApplication(of, ca),
    async stored(name) {
      const user = project.find(name);
      return user && JSON.stringify([user, storedUser(cluster, name)]);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
