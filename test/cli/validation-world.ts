import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  CloudTrailClient,
  CreateTrailCommand,
  StartLoggingCommand,
} from "@aws-sdk/client-cloudtrail";
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
} from "@aws-sdk/client-secrets-manager";
import { adminSecretId, databaseSecretId } from "../../lab/database-secret.ts";
import type { PostgresServer } from "../../lab/postgres/server.ts";
import type { Finding } from "../../lib/validation/finding.ts";
import { Canaries } from "../leak/canaries.ts";
import { Production } from "../lib/settlement/production.ts";
import { type Ran, runProgramIn } from "../run-program.ts";
import { clientConfig } from "../standin/fixtures.ts";
import { WarmProcess } from "./warm-process.ts";

const program = "cli/validate.ts";

/** As whom the command calls AWS. */
const principal = "person";

/** A database's secret, its consumer, a topic that is heard and a trail; and the command that looks at them. */
export class ValidationWorld implements AsyncDisposable {
  readonly production: Production;
  readonly trails: CloudTrailClient;
  readonly topic: string;
  /** Every value that the command could print by mistake. */
  readonly canaries = new Canaries();
  readonly #postgres: PostgresServer;
  readonly #warm = new WarmProcess();

  private constructor(production: Production, postgres: PostgresServer) {
    this.#postgres = postgres;
    const { aws } = production.world;
    this.production = production;
    this.trails = new CloudTrailClient(clientConfig(aws, "operator"));
    this.topic = `arn:aws:sns:${aws.region}:${aws.accountId}:alerts`;
  }

  static async open(postgres: PostgresServer): Promise<ValidationWorld> {
    const world = new ValidationWorld(await Production.open(postgres), postgres);
    world.learn(await world.production.world.secret());
    world.learn(await world.read(adminSecretId));
    await world.production.serve("web");
    await world.trails.send(new CreateTrailCommand({ Name: "all", S3BucketName: "trails" }));
    await world.trails.send(new StartLoggingCommand({ Name: "all" }));
    return world;
  }

  get name(): string {
    return databaseSecretId;
  }

  /** From now on no output may hold this value, or the password in it. */
  learn(value: object | string): void {
    const { password } = value as { password?: unknown };
    const text = typeof value === "string" ? value : String(password ?? "");
    if (text !== "") this.canaries.add("the password", text);
  }

  async read(SecretId: string): Promise<Record<string, string | number>> {
    const { client } = this.production.world;
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId }));
    return JSON.parse(SecretString ?? "{}");
  }

  /** A secret beside the others. */
  async create(Name: string, value: object | string, more: { KmsKeyId?: string } = {}) {
    this.learn(value);
    const SecretString = typeof value === "string" ? value : JSON.stringify(value);
    await this.production.world.client.send(
      new CreateSecretCommand({ Name, SecretString, ...more }),
    );
  }

  /** A manifest beside the world's own; its file. */
  manifest(secrets: Record<string, object>, more: object = {}): string {
    const file = join(
      this.production.world.folder,
      `${Object.keys(secrets).join("-").replaceAll("/", "-")}.yml`,
    );
    writeFileSync(
      file,
      JSON.stringify({ defaults: { clusters: ["production"] }, secrets, ...more }),
    );
    return file;
  }

  /** One credential as the world's own manifest has it. */
  credential(more: object = {}): { credentials: object[] } {
    const admin = { strategy: "alternating-users", admin: adminSecretId };
    return {
      credentials: [
        { type: "postgres", ...admin, urls: ["connection_string"], ca: "ca.pem", ...more },
      ],
    };
  }

  /** As `npm run validate` runs it, in a process of its own. */
  async runAlone(options: string[], env: Record<string, string> = {}): Promise<Ran> {
    return this.#withoutLeak(await runProgramIn(this.#env(env), program, ...options));
  }

  /** The same, in a process that has loaded it before. */
  async run(options: string[], env: Record<string, string> = {}): Promise<Ran> {
    return this.#withoutLeak(await this.#warm.run(program, options, this.#env(env)));
  }

  /** What it finds in the account, notes left out: `severity CODE`, and each finding. */
  async live(
    file = join(this.production.world.folder, "rotation.yml"),
    env: Record<string, string> = {},
  ) {
    const options = ["--live", "--json", "--topic", this.topic, "--file", file];
    const ran = await this.run(options, env);
    if (ran.stderr) throw new Error(ran.stderr);
    const { findings } = JSON.parse(ran.stdout) as { findings: Finding[] };
    const told = findings.filter(({ severity }) => severity !== "note");
    return { code: ran.code, found: told.map(({ severity, code }) => `${severity} ${code}`), told };
  }

  /** Operations that the command called, of all runs so far. */
  operations(): string[] {
    const { calls } = this.production.world.aws;
    const own = calls.filter((call) => call.principal === principal);
    return [...new Set(own.map(({ service, operation }) => `${service}:${operation}`))].toSorted();
  }

  /** All that it could have changed. */
  async everything(): Promise<string> {
    const { client } = this.production.world;
    const { SecretList } = await client.send(new ListSecretsCommand({}));
    const untouched = SecretList?.map(({ LastAccessedDate: _, ...more }) => more);
    const versions = await this.production.world.versionIds();
    const roles = await this.#postgres.query(
      "SELECT xmin, ctid, * FROM pg_authid ORDER BY rolname",
    );
    const members = await this.#postgres.query(
      "SELECT xmin, ctid, * FROM pg_auth_members ORDER BY oid",
    );
    return JSON.stringify([untouched, versions, roles, members]);
  }

  /** Neither the machine's profiles nor its metadata are looked at. */
  #env(more: Record<string, string>): Record<string, string> {
    const caller = this.production.world.aws.env(principal);
    const bare = { PATH: "", HOME: "/nonexistent", AWS_EC2_METADATA_DISABLED: "true" };
    return { ...bare, ...caller, ...more };
  }

  #withoutLeak(ran: Ran): Ran {
    const leaked = this.canaries.in(ran.stdout + ran.stderr);
    if (leaked.length > 0) throw new Error(`It printed ${leaked.join(", ")}.`);
    return ran;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.trails.destroy();
    await this.#warm[Symbol.asyncDispose]();
    await this.production[Symbol.asyncDispose]();
  }
}
