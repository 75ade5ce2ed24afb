import { describe, expect, it } from "vitest";
import { MemoryInProcess } from "../../../lab/memory.ts";
import type { Alert } from "../../../lib/alerts/alert.ts";
import { type Domain, problemsIn } from "../../../lib/alerts/memory.ts";
import type { AlertTopic } from "../../../lib/alerts/topic.ts";
import { AwsCallFailed } from "../../../lib/aws-call-failed.ts";
import type { Context } from "../../../lib/context/context.ts";
import type { Log, LogLine } from "../../../lib/context/log.ts";
import type { Manifest } from "../../../lib/manifest/manifest.ts";
import { reporter } from "../../../lib/reporting/report.ts";
import type { SecretState } from "../../../lib/secret/store.ts";
import type { WatchPorts } from "../../../lib/watch/ports.ts";
import { watch } from "../../../lib/watch/watch.ts";
import { contextFor } from "../../context.ts";
import { problem } from "../../contracts/problem-memory.ts";

const arn = (name: string) =>
  `arn:aws:secretsmanager:eu-central-1:123456789012:secret:${name}-AbCdEf`;
const event = (secretId = arn("app"), eventName = "RotationFailed") => ({
  detail: { eventName, additionalEventData: { SecretId: secretId } },
});
const signal = AbortSignal.timeout(60_000);
const failed = (call: string) =>
  new AwsCallFailed(call, "x", { failure: "no", retryable: true, remedy: "Allow it." });

/** A secret whose rotation stays failed; time passes only while somebody sleeps. */
class Place {
  readonly memory = new MemoryInProcess();
  readonly alerts: Alert[] = [];
  readonly lines: LogLine[] = [];
  readonly unsent: string[] = [];
  readonly calls: string[] = [];
  readonly failing = new Set<string>();
  now = Date.parse("2026-03-04T23:59:00Z");
  #claims = 0;
  /** Runs while the next sleeper sleeps. */
  meanwhile: () => Promise<unknown> = async () => undefined;

  readonly ports: WatchPorts = {
    store: {
      describe: async (): Promise<SecretState> => {
        this.#call("describe");
        const rotationFunction =
          "arn:aws:lambda:eu-central-1:123456789012:function:rotate-database";
        const common = { arn: arn("app"), name: "app", rotationFunction };
        const versions = new Map([
          ["new", ["AWSPENDING"]],
          ["old", ["AWSCURRENT"]],
        ]);
        return { ...common, tags: new Map(), versions };
      },
      list: async () => [],
    },
    memory: {
      of: async (...input) => {
        this.#call("recall");
        return this.memory.of(...input);
      },
      write: async (...input) => {
        this.#call("remember");
        await this.memory.write(...input);
      },
      list: (within) => this.memory.list(within),
    },
    rotator: { retry: async () => this.#call("retry") },
    probers: { network: { probe: async () => [] }, internet: { probe: async () => [] } },
    manifest,
  };

  context(requestId: string): Context {
    const now = () => new Date(this.now);
    const log: Log = {
      begin() {},
      step: (line) => void this.lines.push(line),
      warn() {},
      alertFailed: (_, code) => void this.unsent.push(code),
      failureTold() {},
      figures() {},
    };
    const alerts: AlertTopic = {
      publish: async (alert) => {
        this.#call("publish");
        this.alerts.push(alert);
      },
      prove: async () => 0,
    };
    const origin = {
      environment: "production",
      account: "123456789012",
      region: "eu-central-1",
      requestId,
      logGroup: "/aws/lambda/watch",
    };
    return contextFor({
      now,
      log,
      randomInt: () => (this.#claims += 1),
      report: reporter(origin, { alerts, log, now }),
      sleep: async (ms) => {
        this.now += ms;
        const { meanwhile } = this;
        this.meanwhile = async () => undefined;
        await meanwhile();
      },
    });
  }

  run(requestId = "r1", payload: unknown = event(), ports = this.ports) {
    return watch(payload, ports, this.context(requestId));
  }

  async remembered(domain: Domain) {
    return problemsIn(await this.memory.of(arn("app"), signal), domain);
  }

  get codes() {
    return this.alerts.map(({ event: { code } }) => code);
  }

  #call(name: string): void {
    this.calls.push(name);
    if (this.failing.has(name)) throw failed(name);
  }
}

const entry = { consumers: { clusters: [] }, deadline: 1, credentials: [] };
const manifest = { secrets: { app: entry, [arn("by-arn")]: entry } } as unknown as Manifest;

describe("a rotation that failed unreported", () => {
  it("is told in the format of every alert, and remembered", async () => {
    const place = new Place();
    expect(await place.run()).toMatchObject({ secret: "app", outcome: "told" });
    expect(place.alerts.map(({ event }) => event)).toMatchObject([
      {
        kind: "rotation-failed",
        code: "ROTATION_FAILED",
        severity: "error",
        secret: "app",
        environment: "production",
        token: "new",
        step: "unknown",
        productionSafe: true,
        deduplicationKey: "123456789012/eu-central-1/production/app/ROTATION_FAILED/",
        status: "begun",
        logGroup: "/aws/lambda/watch",
        requestId: "r1",
      },
    ]);
    expect(await place.remembered("watch")).toMatchObject([
      { kind: "ROTATION_FAILED", told: true, last: { token: "new" } },
    ]);
    expect(place.lines).toMatchObject([
      {
        secret: "app",
        step: "watch",
        token: "new",
        outcome: "done",
        ms: 2500,
        message: "RotationFailed told: ROTATION_FAILED",
      },
    ]);
  });

  it("is told once until it is over, also on the next day; what is another problem at once", async () => {
    const place = new Place();
    await place.run("r1");
    for (const id of ["r1", "r2"]) expect((await place.run(id)).outcome).toBe("silent");
    place.now += 24 * 60 * 60_000;
    expect((await place.run("r3")).outcome).toBe("silent");
    const abandoned = event(arn("app"), "RotationAbandoned");
    expect((await place.run("r4", abandoned)).outcome).toBe("told");
    for (const payload of [abandoned, event()])
      expect((await place.run("r5", payload)).outcome).toBe("silent");
    expect(place.codes).toEqual(["ROTATION_FAILED", "ROTATION_ABANDONED"]);
  });

  it("is told once by two that come at once, whichever is faster", async () => {
    for (const order of [
      ["r1", "r2"],
      ["r2", "r1"],
    ] as const) {
      const place = new Place();
      const outcomes: string[] = [];
      const run = async (id: string) => outcomes.push((await place.run(id)).outcome);
      await Promise.all(order.map(run));
      expect(place.alerts).toHaveLength(1);
      expect(outcomes.toSorted()).toEqual(["silent", "told"]);
    }
  });

  it("is told once when another one looks while the first waits, or publishes", async () => {
    const place = new Place();
    place.meanwhile = () => place.run("r2");
    expect((await place.run("r1")).outcome).toBe("silent");
    expect(place.alerts).toHaveLength(1);
  });

  it("is told once when another one looks before it is told, and claims after that", async () => {
    const place = new Place();
    const { write } = place.memory;
    const told = Promise.withResolvers<void>();
    let claims = 0;
    place.memory.write = async (remembered, within) => {
      claims += remembered.domain === "claims" ? 1 : 0;
      if (remembered.domain === "claims" && claims === 2) await told.promise;
      await write.call(place.memory, remembered, within);
      if (remembered.domain === "watch") told.resolve();
    };
    const runs = await Promise.all([place.run("r1"), place.run("r2")]);
    expect(runs.map(({ outcome }) => outcome)).toEqual(["told", "silent"]);
    expect(place.alerts).toHaveLength(1);
  });

  it("is not told where the function tells of it after all, or a repetition succeeds", async () => {
    const place = new Place();
    const last = { kind: "rotation", step: "setSecret", token: "new", at: new Date() } as const;
    const own = problem({ kind: "DEADLINE", subject: "", last });
    place.meanwhile = () =>
      place.memory.write({ secret: arn("app"), domain: "rotation", problems: [own] }, signal);
    expect(await place.run()).toMatchObject({ outcome: "silent" });
    expect(place.alerts).toEqual([]);
  });
});

describe("when AWS fails", () => {
  it("the topic: it throws, so that Lambda tries again, and then tells once", async () => {
    const place = new Place();
    place.failing.add("publish");
    await expect(place.run("r1")).rejects.toMatchObject({ code: "AWS_CALL_FAILED" });
    expect(place.lines).toMatchObject([
      { outcome: "failed", secret: "app", message: expect.stringMatching(/publish/) },
    ]);
    place.failing.clear();
    for (const _ of [1, 2]) await place.run("r1");
    expect(place.alerts).toHaveLength(1);
  });

  it("the topic, for the one of two that would have told: its next try tells", async () => {
    const place = new Place();
    place.failing.add("publish");
    place.meanwhile = () => place.run("r2").catch(() => undefined);
    expect((await place.run("r1")).outcome).toBe("silent");
    place.failing.clear();
    expect((await place.run("r2")).outcome).toBe("told");
  });

  it("the look at the secret: it tells all the same, once", async () => {
    const place = new Place();
    place.failing.add("describe");
    expect(await place.run()).toMatchObject({ secret: "app", outcome: "told" });
    expect(await place.run()).toMatchObject({ secret: "app", outcome: "silent" });
    expect(place.codes).toEqual(["SECRET_UNSEEN"]);
    expect(place.alerts[0]?.text).toMatch(
      /app cannot be described: describe on x failed.* reports RotationFailed/,
    );
  });

  it("the second look alone: it tells what the first one found", async () => {
    const place = new Place();
    place.meanwhile = async () => place.failing.add("describe");
    await place.run();
    expect(place.codes).toEqual(["ROTATION_FAILED"]);
  });

  it.each(["remember", "recall"])(
    "the memory (%s): it tells, also beside another one's claim, and says that it cannot",
    async (call) => {
      const place = new Place();
      const claimed = problem({
        kind: "ROTATION_FAILED",
        subject: "",
        told: false,
        claim: "other",
      });
      await place.memory.write(
        { secret: arn("app"), domain: "claims", problems: [claimed] },
        signal,
      );
      place.failing.add(call);
      for (const id of ["r1", "r2"]) expect((await place.run(id)).outcome).toBe("told");
      expect(place.alerts).toHaveLength(2);
      expect(new Set(place.unsent)).toEqual(new Set(["AWS_CALL_FAILED"]));
    },
  );
});

describe("what is none of its business", () => {
  it.each(["stray", "constructor", "__proto__"])("the secret %s is not looked at", async (name) => {
    const place = new Place();
    expect(await place.run("r1", event(arn(name)))).toMatchObject({
      secret: name,
      outcome: "ignored",
      why: "the manifest does not name it",
    });
    expect(place.calls).toEqual([]);
    expect(place.lines).toMatchObject([
      { secret: name, outcome: "done", message: expect.stringMatching(/ignored/) },
    ]);
  });

  it("a secret that the manifest names by its ARN is", async () => {
    const place = new Place();
    expect(await place.run("r1", event(arn("by-arn")))).toMatchObject({ outcome: "told" });
  });

  it("an event of another kind is an error, which says so", async () => {
    const place = new Place();
    await expect(place.run("r1", { detail: {} })).rejects.toMatchObject({ code: "INVALID_NOTICE" });
    expect(place.calls).toEqual([]);
    expect(place.lines).toMatchObject([{ secret: "unknown", code: "INVALID_NOTICE" }]);
  });

  it("what nobody foresaw leaves as an error of ours", async () => {
    const place = new Place();
    const ports = { ...place.ports, manifest: null as unknown as Manifest };
    await expect(place.run("r1", event(), ports)).rejects.toMatchObject({ code: "UNEXPECTED" });
  });
});
