import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { GetSecretValueCommand, PutSecretValueCommand } from "@aws-sdk/client-secrets-manager";
import { build } from "esbuild";
import { readManifest } from "../../build/manifest-plugin.ts";
import { bundleOptions } from "../../build/options.ts";
import { type AdminSecret, adminSecretId, databaseSecretId } from "../../lab/database-secret.ts";
import { environmentOf } from "../../lab/providers/internet.ts";
import type { Server, Strategy } from "../../lab/server.ts";
import { serverType } from "../../lab/servers.ts";
import type { Action } from "../../lib/retirement/request.ts";
import { type Step, steps } from "../../lib/rotation/event.ts";
import { everything } from "../everything.ts";
import { BuiltRotation, type MoreOfWorld } from "../lib/reporting/built-rotation.ts";
import { temporaryBundle } from "../standin/fixtures.ts";
import type { Disturb } from "./disturbances.ts";
import { observing } from "./observing.ts";
import { Places } from "./places.ts";

/** More calls than any rotation makes. */
const endless = 200;

interface Functions {
  readonly rotate: string;
  readonly retire: string;
  readonly mirror: string;
  readonly watch: string;
  /** With an engine that throws what nobody foresaw. */
  readonly poisoned: string;
  /** With little time. */
  readonly short: string;
}

/** The built functions under observation, and canaries in all that they may see. */
export class Suspect implements AsyncDisposable {
  readonly built: BuiltRotation;
  readonly places: Places;
  readonly functions: Functions;
  /** Invocations that failed. */
  failures = 0;
  readonly #parts: AsyncDisposable;

  private constructor(
    built: BuiltRotation,
    places: Places,
    functions: Functions,
    parts: AsyncDisposable,
  ) {
    this.built = built;
    this.places = places;
    this.functions = functions;
    this.#parts = parts;
  }

  get server(): Server {
    return this.built.world.server;
  }

  static async open(
    type: string,
    strategy: Strategy,
    more: MoreOfWorld = {},
    start: () => Promise<Server> = () => serverType(type).start({ logsStatements: true }),
  ): Promise<Suspect> {
    await using parts = new AsyncDisposableStack();
    const server = parts.use(await start());
    const built = parts.use(await BuiltRotation.open(server, strategy, "leak", more));
    const places = parts.use(new Places(built.world));
    const functions = await deployObserved(built, parts);
    const suspect = new Suspect(built, places, functions, parts.move());
    await suspect.#replacePasswords(more.aclUser || more.authToken ? "" : undefined);
    return suspect;
  }

  /** A rotation under way, after whatever the last one left has been brought to its end. */
  async fresh(): Promise<void> {
    await this.built.world.settle();
    await this.built.begin();
  }

  /**
   * All four steps and the retirement.
   * @returns whether all of it succeeded
   */
  async rotate(): Promise<boolean> {
    for (const step of steps) if (!(await this.run(step))) return false;
    const labels = await this.built.world.labels();
    const { RETIRING: version } = labels;
    if (!version || !(await this.retire("retire", version))) return false;
    // As settlement does, RETIRING last.
    for (const [label, from] of Object.entries(labels))
      if (label.startsWith("FROM-")) await this.built.world.label(label, from);
    await this.built.world.label("RETIRING", version);
    return true;
  }

  /**
   * Rotations in which one call after the other is disturbed, up to one that had no call left for it.
   * @param way its number: ways share the calls: three on PostgreSQL, six on other servers, and sixteen without EVERYTHING
   */
  async disturbEveryCall(
    disturb: Disturb,
    afterEach: (at: number) => Promise<void>,
    way: number,
  ): Promise<void> {
    const count = everything ? (this.server.type === "postgres" ? 3 : 6) : 16;
    for (let at = 1 + (way % count); at < endless; at += count) {
      await this.fresh();
      using disturbance = disturb(this.built, at);
      const succeeded = await this.rotate();
      await afterEach(at);
      if (!disturbance.hit && succeeded) return;
    }
    throw new Error("The disturbance never came to the end of a rotation.");
  }

  run(step: Step, arn: string = this.functions.rotate): Promise<boolean> {
    const SecretId = this.built.world.secretArn;
    return this.invoke({ Step: step, SecretId, ClientRequestToken: this.built.token }, arn);
  }

  retire(action: Action, version: string): Promise<boolean> {
    return this.invoke({ action, secret: databaseSecretId, version }, this.functions.retire);
  }

  /** Has AWSCURRENT mirrored. */
  async mirror(): Promise<boolean> {
    const { AWSCURRENT: version } = await this.built.world.labels();
    return this.invoke({ secret: databaseSecretId, version }, this.functions.mirror);
  }

  /** @returns whether it succeeded */
  async invoke(event: object, arn: string = this.functions.rotate): Promise<boolean> {
    const { error, payload } = await this.built.invoke(event, arn);
    const hasFailed = error !== undefined || Object(payload).outcome === "failed";
    if (hasFailed) this.failures += 1;
    return !hasFailed;
  }

  /** By hand, as AWSCURRENT. */
  async put(
    value: object | string | Uint8Array,
    SecretId: string = databaseSecretId,
  ): Promise<void> {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    const content = value instanceof Uint8Array ? { SecretBinary: value } : { SecretString: text };
    await this.built.world.client.send(new PutSecretValueCommand({ SecretId, ...content }));
  }

  /** By hand, in the version that is being made. */
  async putPending(value: object): Promise<void> {
    const version = { ClientRequestToken: this.built.token, VersionStages: ["AWSPENDING"] };
    const SecretString = JSON.stringify(value);
    const command = { SecretId: databaseSecretId, SecretString, ...version };
    await this.built.world.client.send(new PutSecretValueCommand(command));
  }

  async adminSecret(): Promise<AdminSecret> {
    const command = new GetSecretValueCommand({ SecretId: adminSecretId });
    return JSON.parse((await this.built.world.client.send(command)).SecretString ?? "null");
  }

  /** A canary. @param signs by default such that percent-encoding and JSON write it otherwise than it is */
  newCanary(name: string, signs = '"é/%\\ '): string {
    const value = `${signs}${randomBytes(15).toString("hex")}`;
    this.places.canaries.add(name, value);
    return value;
  }

  async #replacePasswords(signs?: string): Promise<void> {
    const current = await this.built.world.secret();
    const password = this.newCanary("first password", signs);
    await this.server.setPassword(current.username, password);
    const url = current.connection_string.replace(current.password, encodeURIComponent(password));
    await this.put({ ...current, password, connection_string: url });
    const { host, port } = this.built.proxy;
    const admin: AdminSecret = {
      engine: this.server.type,
      host,
      port,
      username: "leak_admin",
      password: this.newCanary("admin's password"),
    };
    await this.server.setPassword(admin.username, admin.password);
    await this.put(admin, adminSecretId);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts[Symbol.asyncDispose]();
  }
}

async function deployObserved(
  built: BuiltRotation,
  parts: AsyncDisposableStack,
): Promise<Functions> {
  const { world, proxy } = built;
  const folder = join(world.folder, "functions");
  const environment = {
    ...(proxy.internet && environmentOf(proxy.internet)),
    ENVIRONMENT: "production",
    ALERT_TOPIC_ARN: `arn:aws:sns:${world.aws.region}:${world.aws.accountId}:alerts`,
  };
  const deploy = async (name: string, bundle: string, timeoutMs = 30_000) => {
    const { path } = parts.use(await temporaryBundle(observing(bundle)));
    return world.aws.functions.register({ name, bundle: path, environment, timeoutMs });
  };
  const rotate = join(folder, "rotate-database.mjs");
  return {
    rotate: await deploy("observed-rotate", rotate),
    retire: await deploy("observed-retire", join(folder, "retire-database.mjs")),
    mirror: await deploy("observed-mirror", join(folder, "mirror.mjs")),
    watch: await deploy("observed-watch", join(folder, "watch.mjs")),
    poisoned: await deploy(
      "observed-poisoned",
      await poisonedBundle(world.folder, world.server.type),
    ),
    short: await deploy("observed-short", rotate, 6300),
  };
}

/** The rotation function as it is built, but for the engine. */
async function poisonedBundle(folder: string, type: string): Promise<string> {
  const root = join(import.meta.dirname, "../..");
  const engine = JSON.stringify(join(import.meta.dirname, "poisoned-engine.ts"));
  const options = bundleOptions(() => readManifest(join(folder, "rotation.yml"), "production"));
  const outfile = join(folder, "functions", "poisoned.mjs");
  const { outExtension: _, ...rest } = options;
  await build({
    ...rest,
    entryPoints: [join(root, "functions/rotate-database.ts")],
    outfile,
    absWorkingDir: root,
    plugins: [
      {
        name: "poison",
        setup({ onLoad }) {
          onLoad({ filter: new RegExp(`/rotators/${type}/${type}\\.ts$`) }, () => ({
            contents: `
import { poisoned } from ${engine};
export { poisoned as ${type} };
export const ${type}Engine = () => poisoned;`,
          }));
        },
      },
      ...(options.plugins ?? []),
    ],
  });
  return outfile;
}
