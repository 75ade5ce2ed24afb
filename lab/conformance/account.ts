import { randomUUID } from "node:crypto";
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
} from "@aws-sdk/client-secrets-manager";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { type ClientConfig, type Clients, connect } from "./clients.ts";
import { type EventInbox, openEventInbox } from "./event-inbox.ts";
import type { Patience } from "./eventually.ts";
import { Inbox } from "./inbox.ts";
import { keepJournal } from "./journal.ts";
import { deployRotator } from "./rotation-host.ts";
import { Rotations } from "./rotations.ts";
import type { RotatorPlan } from "./rotator.ts";
import { type AccountSettings, accountSettings, PREFIX } from "./settings.ts";
import { startStandin } from "./standin.ts";

/** Where a fact is tried. */
export type Side = "account" | "standin";

/**
 * An AWS account as the facts see it: the stand-in, or a real one. Whatever they make has a name that begins with
 * `prefix`, so that it can be found and removed.
 */
export class TestAccount implements AsyncDisposable {
  readonly side: Side;
  readonly clients: Clients;
  /** Of the clients, for others. */
  readonly config: ClientConfig;
  readonly region: string;
  readonly accountId: string;
  readonly partition: string;
  readonly prefix: string;
  readonly settings: AccountSettings | undefined;
  readonly rotations = new Rotations(this);
  readonly #owned: AsyncDisposableStack;
  readonly #once = new Map<string, Promise<unknown>>();

  private constructor(parts: {
    clients: Clients;
    config: ClientConfig;
    caller: { Account?: string | undefined; Arn?: string | undefined };
    settings: AccountSettings | undefined;
    owned: AsyncDisposableStack;
  }) {
    this.settings = parts.settings;
    this.side = parts.settings ? "account" : "standin";
    this.clients = parts.clients;
    this.config = parts.config;
    this.region = String(parts.config.region);
    this.accountId = parts.caller.Account ?? "";
    this.partition = parts.caller.Arn?.split(":")[1] ?? "aws";
    this.prefix = `${PREFIX}-${parts.settings?.run ?? "standin"}`;
    this.#owned = parts.owned;
  }

  /** The account of the command's settings, else a stand-in of its own. */
  static async open(settings = accountSettings()): Promise<TestAccount> {
    const owned = new AsyncDisposableStack();
    const config = settings ? { region: settings.region } : await startStandin(owned);
    const clients = connect(config);
    if (settings) keepJournal(clients.secrets, settings.journal);
    const caller = await clients.sts.send(new GetCallerIdentityCommand({}));
    return new TestAccount({ clients, config, caller, settings, owned });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of Object.values(this.clients)) client.destroy();
    await this.#owned.disposeAsync();
  }

  /** A new name, of letters, digits and hyphens. */
  name(): string {
    return `${this.prefix}-${randomUUID().slice(0, 8)}`;
  }

  /** How long to wait for what AWS does within this many minutes, and the stand-in at once. */
  patience(minutes: number): Patience {
    if (this.side === "account") return { within: minutes * 60_000, every: 2000 };
    return { within: 10_000, every: 20 };
  }

  /** A secret of its own for a fact, with one version. */
  async createSecret(value = "one", plan: RotatorPlan = {}) {
    const Name = this.name();
    const Description = JSON.stringify(plan);
    const created = await this.clients.secrets.send(
      new CreateSecretCommand({ Name, SecretString: value, Description }),
    );
    return { name: Name, arn: String(created.ARN), version: String(created.VersionId) };
  }

  describe(SecretId: string) {
    return this.clients.secrets.send(new DescribeSecretCommand({ SecretId }));
  }

  /** Labels by version. */
  async labels(SecretId: string): Promise<Record<string, string[]>> {
    return (await this.describe(SecretId)).VersionIdsToStages ?? {};
  }

  async value(SecretId: string): Promise<string | undefined> {
    return (await this.clients.secrets.send(new GetSecretValueCommand({ SecretId }))).SecretString;
  }

  /** The ARN of the function of `rotator.ts`; made when it is first asked for. */
  rotator(): Promise<string> {
    return this.#made("rotator", async () =>
      deployRotator(this.clients, {
        name: this.name(),
        prefix: this.prefix,
        partition: this.partition,
        accountId: this.accountId,
        evidence: (await this.evidence()).url,
      }),
    );
  }

  /** What the function of `rotator.ts` tells. */
  evidence(): Promise<Inbox> {
    return this.#made("evidence", () => this.inbox());
  }

  /** The events of secrets of this run that EventBridge delivers from now on. */
  events(): Promise<EventInbox> {
    return this.#made("events", () => openEventInbox(this));
  }

  inbox(name = this.name(), attributes: Record<string, string> = {}): Promise<Inbox> {
    const waitSeconds = this.side === "account" ? 1 : 0;
    return Inbox.open(this.clients, { name, waitSeconds }, attributes);
  }

  #made<T>(what: string, make: () => Promise<T>): Promise<T> {
    const made = this.#once.get(what) ?? make();
    this.#once.set(what, made);
    return made as Promise<T>;
  }
}
