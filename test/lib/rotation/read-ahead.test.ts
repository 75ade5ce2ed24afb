import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { Context } from "../../../lib/context/context.ts";
import type { CredentialSpec } from "../../../lib/manifest/type.ts";
import type { Credential } from "../../../lib/rotation/credential.ts";
import type { Step } from "../../../lib/rotation/event.ts";
import { rotate } from "../../../lib/rotation/rotate.ts";
import { preparedLabel } from "../../../lib/secret/labels.ts";
import { Secret } from "../../../lib/secret/secret.ts";
import type { SecretState, SecretStore } from "../../../lib/secret/store.ts";

const arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:app-AbCdEf";
const token = "0".repeat(32);
const texts: Readonly<Record<string, string>> = { one: '{"a":"old"}', [token]: '{"a":"new"}' };

const state = (versions: Record<string, readonly string[]>): SecretState => ({
  arn,
  name: "app",
  rotationEnabled: true,
  tags: new Map(),
  versions: new Map(Object.entries(versions)),
});
const underWay = { one: ["AWSCURRENT"], [token]: ["AWSPENDING", preparedLabel, "FROM-one"] };

/** A store in which every call waits until the test answers it. */
class Waiting {
  /** The calls that wait, in order; those of reads with the version. */
  readonly waiting: string[] = [];
  readonly #answers = new Map<string, PromiseWithResolvers<unknown>>();
  readonly signals = new Map<string, AbortSignal>();

  readonly store: SecretStore = {
    describe: (_, signal) => this.#ask("describe", signal),
    current: (_, signal) => this.#ask("current", signal),
    read: (_, version, signal) => this.#ask(version === token ? "pending" : version, signal),
    putPending: (_, signal) => this.#ask("put", signal),
    moveLabel: ({ label }, signal) => this.#ask(label, signal),
    list: (signal) => this.#ask("list", signal),
    tag: (_, __, ___, signal) => this.#ask("tag", signal),
    madeAt: (_, __, signal) => this.#ask("madeAt", signal),
    unlabelled: (_, signal) => this.#ask("unlabelled", signal),
  };

  async answer(call: string, answer: unknown): Promise<void> {
    this.waiting.splice(this.waiting.indexOf(call), 1);
    this.#answers.get(call)?.resolve(answer);
    await setImmediate();
  }

  async fail(call: string, error: Error): Promise<void> {
    this.waiting.splice(this.waiting.indexOf(call), 1);
    this.#answers.get(call)?.reject(error);
    await setImmediate();
  }

  #ask<T>(call: string, signal: AbortSignal): Promise<T> {
    this.waiting.push(call);
    this.signals.set(call, signal);
    const answer = Promise.withResolvers<unknown>();
    this.#answers.set(call, answer);
    return answer.promise as Promise<T>;
  }
}

/** What the credential did that may open a connection. */
const connecting = ["set", "test", "rehearse", "openSwitch", "accepted"];

function scene(step: Step, switches: boolean, secrets: "app" | "other" = "app") {
  const waiting = new Waiting();
  const done: string[] = [];
  const slept: number[] = [];
  const spec: CredentialSpec = {
    type: "toy",
    strategy: "toy",
    traits: { oldWorksBeside: !switches, changesUsername: false, switches },
  };
  const known: Partial<Credential> = {
    traits: spec.traits,
    name: () => "a",
    identities: () => ["a"],
    next: async (_, __, into) => into.with(new Map([["a", new Secret("new")]])),
    carry: (from, into) => into.with(new Map([["a", new Secret(from.read("a") ?? "")]])),
    holding: (document) => ({ identity: "a", value: new Secret(document.read("a") ?? "") }),
    // As a credential does: the documents are asked for before anything is connected to.
    test: async (versions) => {
      if (!switches) await versions.pending();
      done.push("test");
    },
  };
  const credential = new Proxy(known, {
    get: (target, name) => {
      if (name in target) return Reflect.get(target, name);
      if (!connecting.includes(String(name)) || (name === "openSwitch" && !switches))
        return undefined;
      return async () => {
        done.push(String(name));
        return name === "openSwitch" ? undefined : "ready";
      };
    },
  });
  const entry = {
    schedule: { expression: "rate(90 days)" },
    consumers: {},
    grace: 0,
    deadline: 0,
    credentials: [spec],
    place: "network",
  } as const;
  const context: Context = {
    now: () => new Date(0),
    sleep: async (ms) => void slept.push(ms),
    randomInt: () => 0,
    signal: new AbortController().signal,
    log: { begin() {}, step() {}, warn() {}, alertFailed() {}, failureTold() {}, figures() {} },
    report: async () => "told",
  };
  const ports = {
    store: waiting.store,
    manifest: { stage: "production", exempt: [], secrets: { [secrets]: entry } },
    alerts: { publish: async () => {}, prove: async () => 1 },
    credential: async () => credential as Credential,
  };
  const result = rotate({ step, secretId: arn, token }, ports, context);
  result.catch(() => {});
  return { waiting, done, slept, result };
}

const text = (version: string) => new Secret(texts[version] ?? "");
const current = { versionId: "one", text: text("one") };

describe("a step asks at once for all that it needs to know", () => {
  it.each<[Step, boolean, readonly string[]]>([
    ["createSecret", true, ["current", "describe"]],
    ["createSecret", false, ["current", "describe"]],
    ["setSecret", true, ["current", "describe", "pending"]],
    ["setSecret", false, ["current", "describe", "pending"]],
    ["testSecret", true, ["current", "describe"]],
    ["testSecret", false, ["current", "describe", "pending"]],
    ["finishSecret", true, ["current", "describe", "pending"]],
    ["finishSecret", false, ["describe"]],
  ])("%s, switches: %s", async (step, switches, expected) => {
    const { waiting, result } = scene(step, switches);
    await setImmediate();
    expect(waiting.waiting.toSorted()).toEqual(expected);
    for (const call of expected)
      await waiting.answer(
        call,
        { current, describe: state(underWay), pending: text(token) }[call],
      );
    const writes = { createSecret: ["put"], finishSecret: ["RETIRING", "AWSCURRENT"] };
    for (const write of Object.entries(writes).find(([each]) => each === step)?.[1] ?? []) {
      expect(waiting.waiting).toEqual([write]);
      await waiting.answer(write, write === "put" ? "created" : "moved");
    }
    expect(await result).toMatchObject({ outcome: "done" });
  });
});

describe("what is read ahead", () => {
  it.each(["describe", "pending", "current"])(
    "leads to no connection before the answer to %s",
    async (last) => {
      const { waiting, done, result } = scene("setSecret", true);
      await setImmediate();
      const answers = { current, describe: state(underWay), pending: text(token) };
      for (const [call, answer] of Object.entries(answers))
        if (call !== last) await waiting.answer(call, answer);
      expect(done).toEqual([]);
      await waiting.answer(last, answers[last as keyof typeof answers]);
      await result;
      expect(done).toEqual(["set"]);
    },
  );

  it("leads to no connection where it is not the version that DescribeSecret calls current", async () => {
    const { waiting, done, result } = scene("setSecret", true);
    await setImmediate();
    // Of another version, with another value.
    await waiting.answer("current", { versionId: "two", text: new Secret('{"a":"elsewhere"}') });
    await waiting.answer("pending", text(token));
    await waiting.answer("describe", state(underWay));
    expect(done).toEqual([]);
    expect(waiting.waiting).toEqual(["one"]);
    await waiting.answer("one", text("one"));
    expect(await result).toMatchObject({ outcome: "done", currentId: "one" });
  });

  it("is asked for again, after a moment, when it was not visible yet", async () => {
    const { waiting, done, slept, result } = scene("setSecret", true);
    await setImmediate();
    await waiting.answer("current", undefined);
    await waiting.answer("pending", undefined);
    await waiting.answer("describe", state(underWay));
    expect(slept).toEqual([50]);
    await waiting.answer("one", text("one"));
    expect(waiting.waiting).toEqual(["pending"]);
    expect(slept).toEqual([50, 50]);
    await waiting.answer("pending", text(token));
    await result;
    expect(done).toEqual(["set"]);
  });

  it("is given up, unread, when DescribeSecret fails or refuses, and its own failure is not told", async () => {
    for (const [answer, code] of [
      [new Error("described"), "described"],
      [state({ one: ["AWSCURRENT"] }), "TOKEN_UNKNOWN"],
    ] as const) {
      const { waiting, done, result } = scene("setSecret", true);
      await setImmediate();
      await waiting.fail("current", new Error("read"));
      if (answer instanceof Error) await waiting.fail("describe", answer);
      else await waiting.answer("describe", answer);
      const error = await result.catch((thrown) => thrown);
      expect(error.code ?? error.message).toBe(code);
      expect(waiting.signals.get("pending")?.aborted).toBe(true);
      expect(done).toEqual([]);
    }
  });

  it("is nothing of a secret that the manifest does not name", async () => {
    const { waiting, result } = scene("setSecret", true, "other");
    await setImmediate();
    expect(waiting.waiting).toEqual(["describe"]);
    await waiting.answer("describe", state(underWay));
    await expect(result).rejects.toMatchObject({ code: "NOT_IN_MANIFEST" });
  });
});
