import { randomUUID } from "node:crypto";
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  RotateSecretCommand,
  type RotateSecretRequest,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { startAws } from "../../standin/aws.ts";
import { type ClientConfig, type Clients, connect } from "./clients.ts";
import { type EventInbox, openEventInbox } from "./event-inbox.ts";
import { eventually, type Patience } from "./eventually.ts";
import { Inbox } from "./inbox.ts";
import { keepJournal } from "./journal.ts";
import { deployRotator } from "./rotation-host.ts";
import type { RotatorPlan, StepSeen } from "./rotator.ts";
import { type AccountSettings, accountSettings, PREFIX } from "./settings.ts";

/** Where a fact is tried. */
export type Side = "account" | "standin";

/**
 * An AWS account as the facts see it: the stand-in, or a real one. Whatever they make has a name that begins with
 * `prefix`, so that it can be found and removed.
 */
export class TestAccount implements AsyncDisposable {
  readonly side: Side;
  readonly clients: Clients;
  readonly region: string;
  readonly accountId: string;
  readonly partition: string;
  readonly prefix: string;
  readonly settings: AccountSettings | undefined;
  readonly #owned: AsyncDisposableStack;
  readonly #once = new Map<string, Promise<unknown>>();

  private constructor(parts: {
    clients: Clients;
    region: string;
    caller: { Account?: string | undefined; Arn?: string | undefined };
    settings: AccountSettings | undefined;
    owned: AsyncDisposableStack;
  }) {
    this.settings = parts.settings;
    this.side = parts.settings ? "account" : "standin";
    this.clients = parts.clients;
    this.region = parts.region;
    this.accountId = parts.caller.Account ?? "";
    this.partition = parts.caller.Arn?.split(":")[1] ?? "aws";
    this.prefix = `${PREFIX}-${parts.settings?.run ?? "standin"}`;
    this.#owned = parts.owned;
  }

  /** The account of the command's settings, else a stand-in of its own. */
  static async open(settings = accountSettings()): Promise<TestAccount> {
    const owned = new AsyncDisposableStack();
    const config = settings ? { region: settings.region } : await standin(owned);
    const clients = connect(config);
    if (settings) keepJournal(clients.secrets, settings.journal);
    const caller = await clients.sts.send(new GetCallerIdentityCommand({}));
    return new TestAccount({ clients, region: String(config.region), caller, settings, owned });
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
    return this.#made("events", async () => {
      const inbox = await openEventInbox(this);
      await this.#untilEventsCome(inbox);
      return inbox;
    });
  }

  /** A new rule misses the events of its first seconds. */
  async #untilEventsCome(inbox: EventInbox): Promise<void> {
    const { name: SecretId, arn, version } = await this.createSecret();
    const label = { SecretId, VersionStage: "PROBE" };
    const move = (to: object) =>
      this.clients.secrets.send(new UpdateSecretVersionStageCommand({ ...label, ...to }));
    await eventually("the first event", this.patience(5), async () => {
      await move({ MoveToVersionId: version });
      await move({ RemoveFromVersionId: version });
      return (await inbox.of({ arn })).length > 0;
    });
  }

  inbox(name = this.name(), attributes: Record<string, string> = {}): Promise<Inbox> {
    const waitSeconds = this.side === "account" ? 1 : 0;
    return Inbox.open(this.clients, { name, waitSeconds }, attributes);
  }

  /** Starts a rotation and returns its token. */
  async rotate(SecretId: string, more: Partial<RotateSecretRequest> = {}): Promise<string> {
    const token = more.ClientRequestToken ?? randomUUID();
    await this.clients.secrets.send(
      new RotateSecretCommand({ SecretId, ClientRequestToken: token, ...more }),
    );
    return token;
  }

  /** The invocations of this rotation so far, in order. */
  async steps({ arn }: { arn: string }, token: string): Promise<readonly StepSeen[]> {
    const all = await (await this.evidence()).all<Partial<StepSeen>>();
    const own = all.filter((each) => each.secret === arn && each.token === token) as StepSeen[];
    return own.toSorted((a, b) => a.at - b.at);
  }

  /** Waits for so many invocations. */
  stepsSeen(secret: { arn: string }, token: string, count: number, minutes = 5) {
    return eventually(`${count} steps of a rotation`, this.patience(minutes), async () => {
      const steps = await this.steps(secret, token);
      return steps.length >= count && steps;
    });
  }

  /** Waits until AWSCURRENT is on the new version and the rotation is over. */
  rotated({ arn }: { arn: string }, token: string) {
    return eventually("a rotation that succeeds", this.patience(5), async () => {
      const described = await this.describe(arn);
      const labels = described.VersionIdsToStages?.[token] ?? [];
      const rotatedAt = described.LastRotatedDate;
      return labels.includes("AWSCURRENT") && rotatedAt !== undefined && described;
    });
  }

  #made<T>(what: string, make: () => Promise<T>): Promise<T> {
    const made = this.#once.get(what) ?? make();
    this.#once.set(what, made);
    return made as Promise<T>;
  }
}

async function standin(owned: AsyncDisposableStack): Promise<ClientConfig> {
  const aws = owned.use(await startAws());
  const env = aws.env("conformance");
  return {
    endpoint: aws.endpoint,
    region: aws.region,
    maxAttempts: 1,
    credentials: {
      accessKeyId: env["AWS_ACCESS_KEY_ID"] ?? "",
      secretAccessKey: env["AWS_SECRET_ACCESS_KEY"] ?? "",
    },
  };
}
