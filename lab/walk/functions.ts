import middy from "@middy/core";
import type { Alert } from "../../lib/alerts/alert.ts";
import type { ProblemMemory } from "../../lib/alerts/memory.ts";
import type { AlertTopic } from "../../lib/alerts/topic.ts";
import { ecsConsumers } from "../../lib/consumers/ecs/consumer.ts";
import type { Context } from "../../lib/context/context.ts";
import { DeadlineReached, reportTime } from "../../lib/context/deadline.ts";
import type { Log } from "../../lib/context/log.ts";
import type { Manifest } from "../../lib/manifest/manifest.ts";
import type { CredentialSpec } from "../../lib/manifest/type.ts";
import { loadCredential } from "../../lib/registry.ts";
import type { Invocation as Carrier } from "../../lib/reporting/invocation.ts";
import { reporter } from "../../lib/reporting/report.ts";
import { requestReport, stepReport } from "../../lib/reporting/step-report.ts";
import { parseRequest, subjectOf } from "../../lib/retirement/request.ts";
import { serve } from "../../lib/retirement/serve.ts";
import type { Credential } from "../../lib/rotation/credential.ts";
import { parseEvent } from "../../lib/rotation/event.ts";
import { type RotationPorts, rotate } from "../../lib/rotation/rotate.ts";
import { LoginCredential } from "../../lib/rotators/login/credential.ts";
import type { SecretStore } from "../../lib/secret/store.ts";
import { type QueueEvent, settleBatch } from "../../lib/settlement/batch.ts";
import type { ConsumerType } from "../../lib/settlement/consumer.ts";
import type { WatchPorts } from "../../lib/watch/ports.ts";
import { watch } from "../../lib/watch/watch.ts";
import { MemoryInProcess } from "../memory.ts";
import type { VirtualClock } from "./clock.ts";
import type { FakeEcs } from "./ecs.ts";
import { FakeEcsPort } from "./ecs-port.ts";
import { FakeEngine } from "./engine.ts";
import { awsFailure, type Gate, Invocation, type Ran } from "./gate.ts";
import type { Random } from "./random.ts";
import { FakeRetirer, fakeProber } from "./retirer.ts";
import type { FakeSecrets } from "./secrets.ts";
import type { Servers } from "./server.ts";
import { FakeStore } from "./store.ts";

/** Faults on purpose: each replaces a port by one that breaks its contract. */
export interface Plants {
  readonly store?: (store: SecretStore) => SecretStore;
  readonly consumers?: (type: ConsumerType) => ConsumerType;
}

/** What leaves a function. */
interface Listener {
  alert(alert: Alert, by: Invocation): void;
  /** A log line, an error: whatever it prints. */
  print(text: string): void;
  begun(by: Invocation): void;
  ended(by: Invocation): void;
}

export interface FunctionParts {
  readonly clock: VirtualClock;
  readonly gate: Gate;
  readonly random: Random;
  readonly secrets: FakeSecrets;
  readonly servers: Servers;
  readonly ecs: FakeEcs;
  readonly manifest: Manifest;
  /** RotateSecret. */
  readonly retry: (secretId: string, token: string) => void;
  readonly listener: Listener;
  readonly plants: Plants;
}

/** Timeouts as deployed, in milliseconds. */
const timeouts = { rotate: 60_000, retire: 60_000, settle: 300_000, watch: 300_000 };

/** The product's functions, each invocation with ports of its own. */
export class Functions {
  readonly #parts: FunctionParts;
  readonly #remembered = new MemoryInProcess();
  #count = 0;

  constructor(parts: FunctionParts) {
    this.#parts = parts;
  }

  rotate(event: unknown): Promise<Ran<unknown>> {
    return this.#invoke("rotate", (by, context) => {
      const ports = this.#rotationPorts(by);
      return middy<unknown, unknown, Error, Carrier>({ timeoutEarlyInMillis: 0 })
        .use(stepReport({ ...ports, memory: this.#memory(by) }, parseEvent))
        .handler((payload, { quarterturn }) => rotate(parseEvent(payload), ports, quarterturn))(
        event,
        carrier(by, context),
      );
    });
  }

  retire(request: unknown): Promise<Ran<unknown>> {
    return this.#invoke("retire", (by, context) => {
      const ports = this.#rotationPorts(by);
      return middy<unknown, unknown, Error, Carrier>({ timeoutEarlyInMillis: 0 })
        .use(requestReport(ports.store, subjectOf))
        .handler((payload, { quarterturn }) => serve(parseRequest(payload), ports, quarterturn))(
        request,
        carrier(by, context),
      );
    });
  }

  settle(event: QueueEvent) {
    return this.#invoke("settle", (by, context) => {
      const { gate, ecs, manifest, plants } = this.#parts;
      const retirer = new FakeRetirer((request) =>
        gate
          .call(by, awsFailure("lambda:InvokeFunction", "retire-database"), () => {})
          .then(() => this.retire(request)),
      );
      const consumers = ecsConsumers(new FakeEcsPort(ecs, gate, by));
      const ports = {
        store: this.#store(by),
        memory: this.#memory(by),
        consumers: [plants.consumers?.(consumers) ?? consumers],
        retirers: { network: retirer, internet: retirer },
        mirrorer: { mirror: async () => "superseded" as const },
        manifest,
      };
      return settleBatch(event, ports, context);
    });
  }

  watch(event: unknown) {
    return this.#invoke("watch", (by, context) => {
      const { gate, manifest, retry } = this.#parts;
      const prober = fakeProber((request) =>
        gate
          .call(by, awsFailure("lambda:InvokeFunction", "retire-database"), () => {})
          .then(() => this.retire(request)),
      );
      const ports: WatchPorts = {
        store: this.#store(by),
        memory: this.#memory(by),
        rotator: {
          retry: (secretId, token) =>
            gate.call(by, awsFailure("secretsmanager:RotateSecret", secretId), () =>
              retry(secretId, token),
            ),
        },
        probers: { network: prober, internet: prober },
        manifest,
      };
      return watch(event, ports, context);
    });
  }

  #rotationPorts(by: Invocation): RotationPorts {
    const { servers, gate, manifest } = this.#parts;
    const engine = new FakeEngine(servers, gate, by);
    const credential = async (spec: CredentialSpec): Promise<Credential> => {
      const loaded = await loadCredential(spec);
      return loaded instanceof LoginCredential
        ? new LoginCredential({ ...loaded.parts, engine })
        : loaded;
    };
    return { store: this.#store(by), manifest, alerts: this.#topic(by), credential };
  }

  #store(by: Invocation): SecretStore {
    const store = new FakeStore(this.#parts.secrets, this.#parts.gate, by);
    return this.#parts.plants.store?.(store) ?? store;
  }

  #memory(by: Invocation): ProblemMemory {
    const { gate } = this.#parts;
    const call = async <T>(
      action: string,
      signal: AbortSignal,
      effect: () => Promise<T>,
    ): Promise<T> => gate.call(by, awsFailure(`ssm:${action}`, "the problems"), effect, signal);
    return {
      list: (signal) => call("GetParametersByPath", signal, () => this.#remembered.list(signal)),
      of: (secret, signal) =>
        call("GetParametersByPath", signal, () => this.#remembered.of(secret, signal)),
      write: (remembered, signal) =>
        call("PutParameter", signal, () => this.#remembered.write(remembered, signal)),
    };
  }

  #topic(by: Invocation): AlertTopic {
    const { gate, listener } = this.#parts;
    return {
      publish: (alert) =>
        gate.call(by, awsFailure("sns:Publish", "the topic"), () => listener.alert(alert, by)),
      prove: () => gate.call(by, awsFailure("sns:GetTopicAttributes", "the topic"), () => 1),
    };
  }

  async #invoke<T>(
    name: keyof typeof timeouts,
    work: (by: Invocation, context: Context) => Promise<T>,
  ): Promise<Ran<T>> {
    this.#count += 1;
    const { clock, listener } = this.#parts;
    const id = `${name}-${this.#count}`;
    const by = new Invocation(id, clock.now, timeouts[name], reportTime + 500);
    listener.begun(by);
    const running = work(by, this.#context(by)).then(
      (result): Ran<T> => ({ kind: "done", result }),
      (error: unknown): Ran<T> => {
        listener.print(error instanceof Error ? `${error.message} ${error.stack}` : String(error));
        return { kind: "failed", error };
      },
    );
    const ran = await Promise.race([running, by.death.then((): Ran<T> => ({ kind: "killed" }))]);
    listener.ended(by);
    return ran;
  }

  #context(by: Invocation): Context {
    const { clock, random, listener } = this.#parts;
    const { signal } = by.controller;
    const now = () => new Date(clock.now);
    const log = logOf(listener);
    const origin = { environment: "production", region: "eu-central-1", logGroup: by.id };
    return {
      now,
      signal,
      log,
      randomInt: (below) => random.int(below),
      sleep: async (ms) => {
        if (by.isDead) return new Promise<never>(() => {});
        const left = by.abortsAt - clock.now;
        clock.pass(Math.min(ms, Math.max(0, left)));
        if (ms <= left && !signal.aborted) return;
        by.controller.abort();
        throw new DeadlineReached();
      },
      report: reporter({ ...origin, requestId: by.id }, { alerts: this.#topic(by), log, now }),
    };
  }
}

function logOf(listener: Listener): Log {
  const print = (...parts: readonly unknown[]) => listener.print(JSON.stringify(parts));
  return {
    begin() {},
    step: print,
    warn: print,
    alertFailed: print,
    failureTold() {},
    figures() {},
  };
}

/** Lambda's context, as far as the product reads it. */
function carrier({ id }: Invocation, quarterturn: Context): Carrier {
  return {
    quarterturn,
    awsRequestId: id,
    callbackWaitsForEmptyEventLoop: false,
    functionName: id,
    functionVersion: "1",
    invokedFunctionArn: id,
    memoryLimitInMB: "256",
    logGroupName: id,
    logStreamName: id,
    getRemainingTimeInMillis: () => 60_000,
    done() {},
    fail() {},
    succeed() {},
  };
}
