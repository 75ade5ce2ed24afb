import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ProviderDouble } from "../providers/double.ts";
import { environmentOf } from "../providers/internet.ts";
import type { HeldKey } from "../providers/keys.ts";
import { played } from "../providers/played.ts";
import { type ProviderServer, playProviders } from "../providers/server.ts";

const time = `--import=${import.meta.resolve("../preload/time.ts")}`;

/** One call of theirs ends every older key, so there is none of somebody else. */
const sole = ["clerk-secret-key"];

/** The providers of keys, and the time, of the processes that get `env`. */
export class Elsewhere implements AsyncDisposable {
  readonly env: Readonly<Record<string, string>>;
  readonly #server: ProviderServer;
  readonly #doubles = new Map<string, { double: ProviderDouble; foreign?: HeldKey }>();

  private constructor(server: ProviderServer, env: Readonly<Record<string, string>>) {
    this.#server = server;
    this.env = env;
  }

  /** @param clock the environment of processes that share a clock */
  static async start(folder: string, clock: Readonly<Record<string, string>>): Promise<Elsewhere> {
    const server = await playProviders(played, () => Date.now());
    const authority = join(folder, "providers.pem");
    writeFileSync(authority, server.ca);
    const hosts = played.flatMap((each) => each.hosts);
    const { NODE_OPTIONS, ...internet } = environmentOf({ hosts, port: server.port });
    return new Elsewhere(server, {
      ...clock,
      ...internet,
      NODE_OPTIONS: `${time} ${NODE_OPTIONS}`,
      NODE_EXTRA_CA_CERTS: authority,
    });
  }

  /** The provider of this preset; it has a key of somebody else. */
  provider(name: string): ProviderDouble {
    const known = this.#doubles.get(name);
    if (known) return known.double;
    const double = this.#server.renew(name);
    const foreign = sole.includes(name) ? {} : { foreign: double.handOut("somebody else's") };
    this.#doubles.set(name, { double, ...foreign });
    return double;
  }

  /** Keys of others that were touched, and requests that differ from what the providers publish. */
  get problems(): readonly string[] {
    return [...this.#doubles].flatMap(([name, { double, foreign }]) => [
      ...(foreign?.isDeleted || foreign?.isDisabled
        ? [`a foreign key of ${name} was touched`]
        : []),
      ...double.seen.flatMap(({ operation, mistake }) =>
        mistake ? [`${name}: ${operation}: ${mistake}`] : [],
      ),
    ]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
  }
}
