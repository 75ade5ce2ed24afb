import { MemoryInProcess } from "../../../lab/memory.ts";
import { AwsCallFailed } from "../../../lib/aws-call-failed.ts";
import type { Context, News } from "../../../lib/context/context.ts";
import { DeadlineReached } from "../../../lib/context/deadline.ts";
import type { LogLine } from "../../../lib/context/log.ts";
import type { SecretEntry } from "../../../lib/manifest/manifest.ts";
import type { SecretState } from "../../../lib/secret/store.ts";
import { type BatchResult, settleBatch } from "../../../lib/settlement/batch.ts";
import { RetirementFailed } from "../../../lib/settlement/errors.ts";
import type { Mirrorer } from "../../../lib/settlement/mirrorer.ts";
import type { SettlementPorts } from "../../../lib/settlement/ports.ts";
import type { Retirer } from "../../../lib/settlement/retirer.ts";
import type { OldCredential } from "../../../lib/settlement/state.ts";
import { contextFor } from "../../context.ts";
import { Toys } from "./toy.ts";

export const minute = 60_000;
export const hour = 60 * minute;

interface Stored {
  readonly name: string;
  /** By version, with AWS's own labels and ours. */
  labels: Record<string, readonly string[]>;
  tags: Map<string, string>;
  lastRotatedAt?: Date;
  changedAt?: Date;
  deletedAt?: Date;
}

/** Secrets in memory whose labels follow Secrets Manager's rules, a clock, and whoever consumes them. */
export class Account {
  now = Date.parse("2026-03-01T12:00:00Z");
  readonly toys = new Toys(() => new Date(this.now));
  readonly secrets = new Map<string, Stored>();
  /** What ListSecrets shows, where it lags. */
  listed: SecretState[] | undefined;
  readonly calls: string[] = [];
  /** Of what began or got worse. */
  readonly alerts: { secret: string; code: string; text: string; impact: string }[] = [];
  /** Everything that on-call was told, e.g. `begun TOY_OUTSIDE bear`. */
  readonly told: string[] = [];
  readonly memory = new MemoryInProcess();
  readonly mirrorer: { mirror: Mirrorer["mirror"] } = { mirror: async () => "superseded" };
  readonly lines: LogLine[] = [];
  /** By secret: what asking the server about it leads to; otherwise the credential dies. */
  readonly servers = new Map<
    string,
    (version: string, refusedSince?: Date) => Promise<OldCredential>
  >();
  /** By secret: what the server says of a version that AWSCURRENT has left; otherwise it works until it is retired. */
  readonly probes = new Map<string, (version: string) => Promise<OldCredential>>();
  readonly retired: string[] = [];
  listFails: Error | undefined;
  /** The key of a tag that may not be written. */
  refusesTag: string | undefined;
  entry: Partial<SecretEntry> = {};
  entries: Record<string, Partial<SecretEntry>> = {};
  #signal = new AbortController();

  add(name: string, labels: Stored["labels"]): Stored {
    const secret: Stored = { name, labels, tags: new Map() };
    this.secrets.set(name, secret);
    return secret;
  }

  /** A rotation from `old` to `next`, complete or not. */
  rotated(name: string, { next = "new", ends = true, changes = false } = {}): Stored {
    const secret = this.add(name, {
      [next]: ["AWSCURRENT", "PREPARED", "FROM-old"],
      old: ["AWSPREVIOUS", "RETIRING"],
    });
    if (ends) secret.lastRotatedAt = new Date(this.now);
    if (changes) secret.changedAt = new Date(this.now);
    return secret;
  }

  /** As UpdateSecretVersionStage does: AWSPREVIOUS follows AWSCURRENT. */
  moveCurrent(name: string, to: string): object {
    const secret = this.get(name);
    const from = Object.keys(secret.labels).find((id) => secret.labels[id]?.includes("AWSCURRENT"));
    const without = (id: string, ...gone: string[]) =>
      (secret.labels[id] ?? []).filter((label) => !gone.includes(label));
    for (const id of Object.keys(secret.labels)) secret.labels[id] = without(id, "AWSPREVIOUS");
    if (from) secret.labels[from] = [...without(from, "AWSCURRENT"), "AWSPREVIOUS"];
    secret.labels[to] = [...(secret.labels[to] ?? []), "AWSCURRENT"];
    return this.movedCurrent(name, to);
  }

  /** The event of a move of just now. */
  movedCurrent(name: string, to: string): object {
    return {
      source: "aws.secretsmanager",
      time: new Date(Math.floor(this.now / 1000) * 1000).toISOString(),
      detail: { name, labelUpdated: "AWSCURRENT", versionId: to },
    };
  }

  get(name: string): Stored {
    const secret = this.secrets.get(name.replace(/^arn:/, ""));
    if (!secret) throw absent(name);
    return secret;
  }

  /** Where RETIRING and its kin sit. */
  retiring(name: string): string[] {
    return Object.entries(this.get(name).labels).flatMap(([id, labels]) =>
      labels.filter((label) => label.startsWith("RETIRING")).map((label) => `${label} ${id}`),
    );
  }

  /** One invocation, for the tick if no event is given. */
  settle(...events: unknown[]): Promise<BatchResult> {
    const bodies = events.length > 0 ? events : [{ source: "aws.events" }];
    const Records = bodies.map((body, index) => ({
      messageId: String(index),
      body: JSON.stringify(body),
    }));
    return settleBatch({ Records }, this.#ports(), this.#context());
  }

  /** The invocation's time is over after so many milliseconds. */
  readonly endsAfter = (ms: number) => {
    this.#signal = new AbortController();
    this.#endsAt = this.now + ms;
  };
  #endsAt = Number.POSITIVE_INFINITY;

  pass(ms: number): void {
    this.now += ms;
    if (this.now >= this.#endsAt) this.#signal.abort();
  }

  #state({ labels, ...secret }: Stored): SecretState {
    const versions = new Map(Object.entries(labels).filter(([, all]) => all.length > 0));
    return { ...secret, arn: `arn:${secret.name}`, tags: new Map(secret.tags), versions };
  }

  snapshot = () => [...this.secrets.values()].map((secret) => this.#state(secret));

  #ports(): SettlementPorts {
    const called = (call: string, signal?: AbortSignal) => {
      if (signal?.aborted) throw new DeadlineReached();
      this.calls.push(call);
    };
    const retirer = {
      probe: async ({ secret, version }: { secret: string; version: string }) => {
        const name = secret.replace(/^arn:/, "");
        called(`probe ${name} ${version}`);
        const isDead = this.retired.includes(`${name} ${version}`);
        return (await this.probes.get(name)?.(version)) ?? (isDead ? "dead" : "alive");
      },
      retire: async ({ secret, version, refusedSince }: Parameters<Retirer["retire"]>[0]) => {
        const name = secret.replace(/^arn:/, "");
        called(`retire ${name} ${version}`);
        const answer = (await this.servers.get(name)?.(version, refusedSince)) ?? "dead";
        if (answer === "dead") this.retired.push(`${name} ${version}`);
        return answer;
      },
    };
    const complete = (more: Partial<SecretEntry> = {}): SecretEntry => ({
      schedule: { expression: "rate(90 days)" },
      consumers: { rooms: ["nursery"] },
      credentials: [],
      place: "network",
      grace: 0,
      deadline: 24 * hour,
      ...this.entry,
      ...more,
    });
    const names = [...this.secrets.keys()];
    const secrets = Object.fromEntries(names.map((name) => [name, complete(this.entries[name])]));
    return {
      store: {
        describe: async (id, signal) => {
          called(`describe ${id.replace(/^arn:/, "")}`, signal);
          return this.#state(this.get(id));
        },
        list: async (signal) => {
          called("list", signal);
          if (this.listFails) throw this.listFails;
          return this.listed ?? this.snapshot();
        },
        moveLabel: async ({ secretId, label, from, to }) => {
          const { labels } = this.get(secretId);
          const holder = Object.keys(labels).find((id) => labels[id]?.includes(label));
          if (holder !== from) return "elsewhere";
          if (!holder && new Set(Object.values(labels).flat()).size >= 20) throw labelsExhausted();
          if (from) labels[from] = labels[from]?.filter((each) => each !== label) ?? [];
          if (to) labels[to] = [...(labels[to] ?? []), label];
          return "moved";
        },
        tag: async (secretId, key, value) => {
          if (this.refusesTag === key) throw denied("secretsmanager:TagResource");
          const secret = this.get(secretId);
          secret.tags.set(key, value);
          // LastChangedDate counts tags (Secrets Manager API reference, DescribeSecret).
          if (secret.changedAt) secret.changedAt = new Date(this.now);
        },
      },
      memory: this.memory,
      consumers: [this.toys],
      retirers: { network: retirer, internet: retirer },
      mirrorer: this.mirrorer,
      manifest: { stage: "production", exempt: [], secrets },
    };
  }

  #context(): Context {
    return contextFor({
      now: () => new Date(this.now),
      signal: this.#signal.signal,
      sleep: async (ms) => {
        this.pass(ms);
        if (this.#signal.signal.aborted) throw new DeadlineReached();
      },
      log: { step: (line) => void this.lines.push(line) },
      report: async (news: News) => {
        if (news.status === "over") {
          this.told.push(`over ${news.problem.kind} ${news.problem.subject}`.trim());
          return "told";
        }
        const { code, message: text, impact, subject } = news.error;
        this.told.push(`${news.status} ${code} ${subject}`.trim());
        this.alerts.push({ secret: news.task?.secret ?? "", code, text, impact });
        return "told";
      },
    });
  }
}

export const denied = (call: string) =>
  new AwsCallFailed(call, "app", {
    failure: "AccessDenied",
    retryable: false,
    remedy: "Allow it.",
  });

const labelsExhausted = () =>
  new AwsCallFailed("secretsmanager:UpdateSecretVersionStage", "app", {
    failure: "LimitExceededException (400)",
    retryable: false,
    remedy: "Remove labels.",
  });

export const throttled = (call: string) =>
  new AwsCallFailed(call, "app", { failure: "Throttling", retryable: true, remedy: "Wait." });

const absent = (name: string) =>
  new AwsCallFailed("secretsmanager:DescribeSecret", name, {
    failure: "ResourceNotFound",
    retryable: false,
    remedy: "Look.",
    isAbsent: true,
  });

/** The function that retires failed. */
export const failing = (server?: string) =>
  new RetirementFailed("retire-database", { code: "UNREACHABLE", why: "No answer.", server });
