import { CreateSecretCommand, type SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { AclUserDefinition, AclUserTiming, Aws, RdsTiming } from "../standin/aws.ts";
import type { LambdaTiming } from "../standin/lambda/timing.ts";
import type { RotationTiming } from "../standin/secrets-manager/rotation-outcome.ts";
import { clientOf, createTopic } from "./clients.ts";
import {
  adminSecretId,
  createAdmin,
  createDatabase,
  type DatabaseSecret,
  databaseSecretId,
} from "./database-secret.ts";
import { Host } from "./host.ts";
import { startCluster } from "./idle-service.ts";
import { type Operations, operations } from "./operations.ts";
import { environmentOf, modulesOf } from "./providers/internet.ts";
import type { Address, Server, Strategy } from "./server.ts";
import { type Versions, versionsOf } from "./versions.ts";

export interface WorldOptions {
  readonly server: Server;
  /** Where clients reach it, if not directly: a proxy's address. */
  readonly address?: Address;
  readonly strategy: Strategy;
  /** The name of the database; its user is named after it. */
  readonly name?: string;
  readonly timing?: Partial<RotationTiming>;
  readonly lambda?: Partial<LambdaTiming>;
  /** Makes the other fields of the secret, beside the database's login. */
  readonly beside?: (context: {
    readonly server: Server;
    readonly address: Address;
    readonly name: string;
  }) => Promise<Beside>;
  /** Of the stand-in; default: a free one. */
  readonly port?: number;
  /** Reset when the world ends; keeps the functions that the first world deployed. Default: a new one. */
  readonly host?: Host;
  /** Whether the manifest names the two users of the login. */
  readonly namesUsers?: boolean;
  /** The login is the master user of an RDS instance, which the API changes this fast. */
  readonly master?: RdsTiming;
  /** The login is a user of this service, which the API changes this fast. */
  readonly aclUser?: AclUserTiming & { readonly service: AclUserDefinition["service"] };
  /** The login is the AUTH token of a replication group, which the API changes this fast. */
  readonly authToken?: AclUserTiming;
  /** Of the stand-in. */
  readonly pace?: number;
  /** The manifest leaves the type open, so that the secret's URL tells it. */
  readonly isTypeOpen?: boolean;
  /** What the manifest has under `mirror`. */
  readonly mirror?: object;
  /** What the manifest has under `drill`. */
  readonly drill?: string;
  /** Functions run in this process instead of one each. */
  readonly inProcess?: boolean;
}

/** More fields of the same secret, and the credentials among them. */
export interface Beside {
  readonly fields: Readonly<Record<string, string>>;
  /** As the manifest writes them. */
  readonly credentials: readonly {
    readonly type?: string;
    readonly urls?: readonly string[];
    readonly [key: string]: unknown;
  }[];
}

/** AWS's stand-in with the built functions, a secret in it, and the database that the secret opens. */
export interface World extends Versions, Operations, AsyncDisposable {
  readonly aws: Aws;
  readonly server: Server;
  /** The name of the call in which an in-place switch changes the password. */
  readonly passwordChange: string;
  /** Calls the stand-in as an operator. */
  readonly client: SecretsManagerClient;
  /** Where the built functions, their manifest and `ca.pem` are, deleted when this process ends, if not before. */
  readonly folder: string;
  readonly secretArn: string;
  /** ARN of the function that rotates. */
  readonly functionArn: string;
  /** ARN of the function that ends the old credential. */
  readonly retireArn: string;
  /** ARN of the function that settles by itself, once it is connected. */
  readonly settleArn: string;
  /** ARN of the function that copies fields to parameters. */
  readonly mirrorArn: string;
  /** ARN of the function that alerts on rotations that failed unreported, once it is connected. */
  readonly watchArn: string;
  /** ARN of the function that publishes alerts on the event bus, once the topic invokes it. */
  readonly relayArn: string;
  /** ARN of the function for emergencies. */
  readonly emergencyArn: string;
}

export async function startWorld(options: WorldOptions): Promise<World> {
  const { server, name = "app" } = options;
  await using parts = new AsyncDisposableStack();
  const address = options.address ?? server;
  const host = options.host ?? parts.use(await startHost(options, address));
  if (options.host) parts.defer(() => host.aws.reset());
  const { aws, folder } = host;
  const login = await createDatabase(server, address, name, options.authToken && "default");
  if (options.master) addInstance(aws, { server, address, username: login.username, name });
  if (options.aclUser) addUser(aws, { server, username: login.username, ...options.aclUser });
  if (options.authToken) addGroup(aws, { server, name, login });
  const beside = await options.beside?.({ server, address, name });
  const admin = await createAdmin(server, address, name);
  const client = clientOf(aws, "operator");
  parts.defer(() => client.destroy());
  const secretArn = await createSecret(client, databaseSecretId, { ...login, ...beside?.fields });
  await createSecret(client, adminSecretId, admin);
  const manifest = manifestFor(options, beside?.credentials);
  const topicArn = await createTopic(aws);
  const env = address.internet && environmentOf(address.internet);
  const arns = await host.deploy({ manifest, ca: server.ca, topicArn, ...(env && { env }) });
  const owned = parts.move();
  const urls = beside?.credentials.flatMap(({ urls = [] }) => urls) ?? [];
  const functions = {
    rotate: arns["rotate-database"],
    retire: arns["retire-database"],
    settle: arns["settle"],
  };
  // The manifest names it, whether it has consumers or not.
  (await startCluster(aws)).destroy();
  const base = { aws, server, client, folder, secretArn, ...versionsOf(client, databaseSecretId) };
  return {
    ...base,
    passwordChange: options.master ? "ModifyDBInstance" : server.passwordChange,
    functionArn: functions.rotate,
    retireArn: functions.retire,
    settleArn: functions.settle,
    mirrorArn: arns["mirror"],
    watchArn: arns["watch"],
    relayArn: arns["relay"],
    emergencyArn: arns["emergency"],
    ...operations(base, functions, urls),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** The server, as an instance of RDS whose master user this is. */
function addInstance(
  aws: Aws,
  instance: { server: Server; address: Address; username: string; name: string },
): void {
  const { server, address, username, name } = instance;
  aws.rds.addDatabase({
    kind: "instance",
    id: instanceId(name),
    engine: server.type,
    masterUsername: username,
    ...{ host: address.host, port: address.port },
    setPassword: (password) => server.setPassword(username, password),
  });
}

/** The server's user, as one of ElastiCache or MemoryDB. */
function addUser(
  aws: Aws,
  {
    server,
    username,
    service,
  }: { server: Server; username: string } & Pick<AclUserDefinition, "service">,
): void {
  if (!server.setPasswords) throw new Error(`Users of ${server.title} have one password.`);
  const setPasswords = (passwords: readonly string[]) =>
    server.setPasswords?.(username, passwords) ?? Promise.resolve();
  aws.aclUsers.addUser({ service, id: instanceId(username), username, setPasswords });
}

/** The server, as a replication group of ElastiCache without users. */
function addGroup(
  aws: Aws,
  { server, name, login }: { server: Server; name: string; login: DatabaseSecret },
): void {
  const { username, password: token } = login;
  const setTokens = async (tokens: readonly string[]) => server.setPasswords?.(username, tokens);
  aws.replicationGroups.addGroup({ id: instanceId(name), token, setTokens });
}

const instanceId = (name: string) => name.replaceAll("_", "-");

const startHost = (
  {
    server,
    port,
    pace = server.pace,
    timing,
    lambda,
    master,
    aclUser,
    authToken,
    inProcess = false,
  }: WorldOptions,
  { internet }: Address,
) =>
  Host.start({
    inProcess,
    ...(internet && { modules: modulesOf(internet) }),
    ...(pace !== undefined && { pace }),
    ...(master && { rds: master }),
    ...(aclUser && { aclUsers: aclUser }),
    ...(authToken && { aclUsers: authToken }),
    ...(port !== undefined && { port }),
    ...(timing && { rotation: timing }),
    ...(lambda && { lambda }),
  });

async function createSecret(
  client: SecretsManagerClient,
  Name: string,
  value: object,
): Promise<string> {
  const SecretString = JSON.stringify(value, null, 2);
  return (await client.send(new CreateSecretCommand({ Name, SecretString }))).ARN ?? "";
}

function manifestFor(
  {
    server,
    strategy,
    master,
    aclUser,
    authToken,
    isTypeOpen,
    mirror,
    drill,
    namesUsers,
    name = "app",
  }: WorldOptions,
  beside: Beside["credentials"] = [],
): object {
  const byApi = aclUser ?? authToken;
  const admin = strategy === "in-place" || byApi ? {} : { admin: adminSecretId };
  const users = { owner: `${name}_user`, clone: `${name}_user_clone` };
  const named = namesUsers ? { users } : {};
  const database = { type: "rds-master", instance: instanceId(name), engine: server.type };
  const user = aclUser && { type: aclUser.service, user: instanceId(`${name}_user`) };
  const group = authToken && {
    type: "elasticache-auth-token",
    replicationGroup: instanceId(name),
  };
  const type = group ?? user ?? (master ? database : { type: server.type, ...server.keys });
  const login = { ...type, strategy, ...admin, ...named, urls: ["connection_string"] };
  const logins = [server.type, login.type];
  const credentials = [login, ...beside].map(({ type: own = server.type, ...each }) => ({
    ...(!isTypeOpen && { type: own }),
    ...each,
    ...(logins.includes(own) && { ca: "ca.pem" }),
  }));
  const defaults = { clusters: ["production"], consumers: "complete" };
  const entry = { credentials, ...(mirror && { mirror }), ...(drill && { drill }) };
  return { defaults, secrets: { [databaseSecretId]: entry } };
}
