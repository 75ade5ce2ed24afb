import { setImmediate } from "node:timers/promises";
import { MemoryInProcess } from "../../../lab/memory.ts";
import { awsFailure } from "../../../lab/walk/gate.ts";
import type { Remembered } from "../../../lib/alerts/memory.ts";
import { emergency } from "../../../lib/emergency/emergency.ts";
import type { Job } from "../../../lib/emergency/job.ts";
import type { EmergencyPorts } from "../../../lib/emergency/ports.ts";
import type { LabelMove, SecretState } from "../../../lib/secret/store.ts";
import { contextFor } from "../../context.ts";
import { arn, entry, rotator } from "./states.ts";

const schedule = { expression: "rate(90 days)" };

/** Of one account; a story has few. */
const mostSleeps = 200;

/** An account with one secret, whose function for emergencies can be killed before and after every call. */
export class ToyAccount {
  readonly labels: Record<string, string[]>;
  readonly tags = new Map<string, string>();
  /** Versions that the server accepts. */
  readonly alive: Set<string>;
  isOn = true;
  settled = 0;
  /** AWSCURRENT was on a version that is refused. */
  wasLockedOut = false;
  /** The number of the call at which the function is killed; none: never. */
  killAt = Number.POSITIVE_INFINITY;
  when: "before" | "after" = "before";
  calls = 0;
  /** What on-call heard, e.g. `begun EMERGENCY`. */
  readonly heard: string[] = [];
  /** Nobody can be told that something is over. */
  isSilent = false;
  readonly #memory = new MemoryInProcess();
  readonly #jobs: Job[] = [];
  #kill: () => void = () => {};
  #now = Date.parse("2026-11-29T03:00:00Z");
  #sleeps = 0;

  constructor(labels: Record<string, string[]>, alive: readonly string[]) {
    this.labels = labels;
    this.alive = new Set(alive);
  }

  holder(label: string): string | undefined {
    return Object.keys(this.labels).find((id) => this.labels[id]?.includes(label));
  }

  /** @returns whether it came to its end, and was not killed */
  async ask(request: object): Promise<boolean> {
    const killed = new Promise<false>((resolve) => {
      this.#kill = () => resolve(false);
    });
    const context = contextFor({
      now: () => new Date(this.#now),
      sleep: async (ms) => {
        this.#now += ms;
        this.#sleeps += 1;
        await setImmediate();
        if (this.#sleeps > mostSleeps) throw new Error("it never ends");
      },
      report: async (news) => {
        const isOver = news.status === "over";
        if (isOver && this.isSilent) return awsFailure("sns:Publish", "the topic")();
        this.heard.push(`${news.status} ${isOver ? news.problem.kind : news.error.code}`);
        return "told";
      },
    });
    const run = async (): Promise<true> => {
      await emergency({ secrets: ["app"], reason: "INC-1", ...request }, this.ports, context);
      for (let job = this.#jobs.shift(); job; job = this.#jobs.shift())
        await emergency({ work: job }, this.ports, context);
      return true;
    };
    return Promise.race([run(), killed]);
  }

  readonly ports = {
    store: {
      describe: () => this.#call(() => this.#state()),
      list: async () => [],
      tag: (_: string, key: string, value: string) =>
        this.#call(() => void this.tags.set(key, value)),
      moveLabel: (move: LabelMove) => this.#call(() => this.#move(move)),
    },
    rotations: {
      start: (_: string, token: string) => this.#call(() => this.#rotate(token)),
      resume: () => this.#call(() => this.#switch(true)),
      cancel: () => this.#call(() => this.#switch(false)),
    },
    memory: {
      list: async () => [],
      of: (secret: string, signal: AbortSignal) =>
        this.#call(() => this.#memory.of(secret, signal)),
      write: (remembered: Remembered, signal: AbortSignal) =>
        this.#memory.write(remembered, signal),
    },
    settle: { start: () => this.#call(() => this.#settles()) },
    itself: { start: async ({ work }: { work: Job }) => void this.#jobs.push(work) },
    bus: { put: async () => {} },
    consumers: [],
    manifest: { stage: "production", exempt: [], secrets: { app: { ...entry, schedule } } },
    rotators: { network: rotator, internet: "" },
    probers: {
      network: {
        probe: ([secret = ""]: readonly string[]) => this.#call(() => [this.#probed(secret)]),
        probeVersion: ({ version }: { version: string }) =>
          this.#call(() => (this.alive.has(version) ? "works" : { refused: "user app" })),
      },
    },
    deadLetters: { count: async () => 0, empty: async () => {} },
  } as unknown as EmergencyPorts;

  async #call<T>(effect: () => T): Promise<T> {
    this.calls += 1;
    const isKilled = this.calls === this.killAt;
    if (this.calls > this.killAt) return new Promise(() => {});
    if (isKilled && this.when === "before") return this.#die();
    const result = effect();
    this.wasLockedOut ||= !this.alive.has(this.holder("AWSCURRENT") ?? "");
    return isKilled ? this.#die() : result;
  }

  #switch(isOn: boolean): void {
    this.isOn = isOn;
  }

  #settles(): void {
    this.settled += 1;
  }

  #die(): Promise<never> {
    this.#kill();
    return new Promise(() => {});
  }

  #state(): SecretState {
    return {
      arn,
      name: "app",
      rotationEnabled: this.isOn,
      rotationFunction: rotator,
      tags: new Map(this.tags),
      versions: new Map(Object.entries(this.labels).filter(([, labels]) => labels.length > 0)),
    };
  }

  #probed(secret: string) {
    const version = this.holder("AWSCURRENT");
    if (this.alive.has(version ?? "")) return { secret, current: "accepted" as const };
    const accepted = Object.keys(this.labels).find((id) => this.alive.has(id));
    return { secret, current: "refused" as const, version, accepted };
  }

  #move({ label, from, to }: LabelMove): "moved" | "elsewhere" {
    const holder = this.holder(label);
    if (holder !== from) return "elsewhere";
    for (const labels of Object.values(this.labels))
      if (labels.includes(label)) labels.splice(labels.indexOf(label), 1);
    if (to !== undefined) this.labels[to] = [...(this.labels[to] ?? []), label];
    if (label === "AWSCURRENT" && from !== undefined)
      this.#move({
        secretId: arn,
        label: "AWSPREVIOUS",
        ...previous(this.holder("AWSPREVIOUS")),
        to: from,
      });
    return "moved";
  }

  /** At once, to its end. */
  #rotate(token: string): "started" | "busy" {
    const pending = this.holder("AWSPENDING");
    if (pending !== undefined && pending !== token) return "busy";
    this.isOn = true;
    const current = this.holder("AWSCURRENT") ?? "";
    if (current === token) return "started";
    this.labels[token] = [
      ...(this.labels[token] ?? []).filter((l) => l !== "AWSPENDING"),
      "PREPARED",
      `FROM-${current}`,
    ];
    this.alive.add(token);
    this.#move({ secretId: arn, label: "AWSCURRENT", from: current, to: token });
    return "started";
  }
}

const previous = (from: string | undefined) => (from === undefined ? {} : { from });
