import { MemoryInProcess } from "../../../lab/memory.ts";
import { problemsIn } from "../../../lib/alerts/memory.ts";
import { identityOf } from "../../../lib/alerts/problem.ts";
import { AwsCallFailed } from "../../../lib/aws-call-failed.ts";
import type { Context, News } from "../../../lib/context/context.ts";
import type { Figures } from "../../../lib/context/log.ts";
import type { RotationError } from "../../../lib/errors.ts";
import type { Manifest, SecretEntry } from "../../../lib/manifest/manifest.ts";
import type { SecretState } from "../../../lib/secret/store.ts";
import type { WatchPorts } from "../../../lib/watch/ports.ts";
import type { Probed } from "../../../lib/watch/prober.ts";
import { watch } from "../../../lib/watch/watch.ts";
import { contextFor } from "../../context.ts";

export const [hour, day] = [3_600_000, 24 * 3_600_000];

export const arnOf = (name: string) =>
  `arn:aws:secretsmanager:eu-central-1:123456789012:secret:${name}-AbCdEf`;

export const denied = (call: string, retryable = false) =>
  new AwsCallFailed(call, "x", { failure: "no", retryable, remedy: "Allow it." });

/** Secrets that `watch` looks at, and what on-call heard. */
export class WatchedAccount {
  readonly memory = new MemoryInProcess();
  readonly secrets = new Map<string, SecretState>();
  /** What ListSecrets shows instead of how they are. */
  readonly listed = new Map<string, SecretState | undefined>();
  readonly told: string[] = [];
  readonly texts: string[] = [];
  readonly retried: string[] = [];
  readonly probed: (readonly string[])[] = [];
  readonly answers = new Map<string, Omit<Probed, "secret">>();
  /** What a call throws. */
  readonly failing = new Map<string, RotationError>();
  figures: Figures | undefined;
  requests = 0;
  now = Date.parse("2026-06-01T12:17:00Z");
  manifest: Manifest;

  constructor(...names: string[]) {
    const secrets = Object.fromEntries(names.map((name) => [name, this.entry()]));
    this.manifest = { stage: "production", secrets, exempt: [] };
    for (const name of names) this.put(name);
  }

  entry(switches = false): SecretEntry {
    const traits = { switches, oldWorksBeside: !switches, changesUsername: !switches };
    return {
      schedule: { expression: "rate(90 days)" },
      consumers: {},
      grace: 0,
      deadline: day,
      credentials: [{ type: "toy", strategy: "toy", traits }],
      place: "network",
    };
  }

  put(name: string, change: Partial<SecretState> = {}): void {
    this.secrets.set(name, {
      arn: arnOf(name),
      name,
      rotationEnabled: true,
      rotationFunction:
        "arn:aws:lambda:eu-central-1:123456789012:function:q-production-rotate-database",
      createdAt: new Date(this.now - 400 * day),
      lastRotatedAt: new Date(this.now - 10 * day),
      nextRotationAt: new Date(this.now + 80 * day),
      tags: new Map(),
      versions: new Map([["v1", ["AWSCURRENT"]]]),
      ...this.secrets.get(name),
      ...change,
    });
  }

  readonly ports: Omit<WatchPorts, "manifest"> = {
    store: {
      list: async () => {
        this.#call("list");
        this.requests += Math.ceil(this.secrets.size / 100) - 1;
        return [...this.secrets.values()].flatMap(
          (each) => (this.listed.has(each.name) ? this.listed.get(each.name) : each) ?? [],
        );
      },
      describe: async (id) => {
        this.#call("describe");
        const all = [...this.secrets.values()];
        const secret = all.find(({ arn, name }) => arn === id || name === id);
        if (secret) return secret;
        const why = { failure: "ResourceNotFoundException", retryable: false, remedy: "Make it." };
        throw new AwsCallFailed("secretsmanager:DescribeSecret", id, { ...why, isAbsent: true });
      },
    },
    memory: {
      list: async (signal) => {
        this.#call("recall");
        return this.memory.list(signal);
      },
      of: (...input) => this.memory.of(...input),
      write: async (...input) => {
        this.#call("remember");
        await this.memory.write(...input);
      },
    },
    rotator: {
      retry: async (_, token) => {
        this.#call("retry");
        this.retried.push(token);
      },
    },
    probers: {
      network: { probe: (some) => this.#probe(some) },
      internet: { probe: async () => [] },
    },
  };

  context(): Context {
    return contextFor({
      now: () => new Date(this.now),
      sleep: async (ms) => {
        this.now += ms;
      },
      log: {
        figures: (figures) => {
          this.figures = figures;
        },
      },
      report: async (news) => {
        const failure = this.failing.get("publish");
        if (failure) return failure;
        this.told.push(toldAs(news));
        if (news.status !== "over") this.texts.push(news.error.message);
        return "told";
      },
    });
  }

  /** The hourly look; then an hour passes. */
  async look(): Promise<string[]> {
    this.told.length = 0;
    const event = {
      source: "aws.events",
      "detail-type": "Scheduled Event",
      time: new Date(this.now).toISOString(),
    };
    try {
      await watch(event, { ...this.ports, manifest: this.manifest }, this.context());
    } finally {
      this.now += hour;
    }
    return [...this.told];
  }

  async remembered(id: string): Promise<string[]> {
    const all = await this.memory.of(id, AbortSignal.timeout(60_000));
    return problemsIn(all, "findings").map(({ kind, told }) => `${kind}${told ? "" : "?"}`);
  }

  async #probe(some: readonly string[]): Promise<readonly Probed[]> {
    this.#call("probe");
    this.probed.push(some);
    return some.map((secret) => ({
      secret,
      current: "accepted",
      ...this.answers.get(secret),
    }));
  }

  #call(name: string): void {
    this.requests += 1;
    const failure = this.failing.get(name);
    if (failure) throw failure;
  }
}

function toldAs(news: News): string {
  const { kind, subject } = news.status === "over" ? news.problem : identityOf(news.error);
  const about = subject && ` (${subject})`;
  return `${news.status} ${kind}${about} ${news.task?.secret}`;
}
