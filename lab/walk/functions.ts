import middy from "@middy/core";
import type { Alert } from "../../lib/alerts/alert.ts";
import type { ProblemMemory } from "../../lib/alerts/memory.ts";
import type { AlertTopic } from "../../lib/alerts/topic.ts";
import type { Invoker } from "../../lib/aws/lambda.ts";
import { proberBy } from "../../lib/aws/lambda-prober.ts";
import { LambdaRetirer } from "../../lib/aws/lambda-retirer.ts";
import { versionProberBy } from "../../lib/aws/lambda-version-prober.ts";
import { ecsConsumers } from "../../lib/consumers/ecs/consumer.ts";
import type { Context } from "../../lib/context/context.ts";
import { DeadlineReached, reportTime } from "../../lib/context/deadline.ts";
import type { Log } from "../../lib/context/log.ts";
import { emergency } from "../../lib/emergency/emergency.ts";
import type { EmergencyPorts } from "../../lib/emergency/ports.ts";
import { handOverTime } from "../../lib/emergency/work.ts";
import type { Manifest } from "../../lib/manifest/manifest.ts";
import type { CredentialSpec } from "../../lib/manifest/type.ts";
import type { Invocation as Carrier } from "../../lib/reporting/invocation.ts";
import { reporter } from "../../lib/reporting/report.ts";
import { requestReport, stepReport } from "../../lib/reporting/step-report.ts";
import { parseRequest, subjectOf } from "../../lib/retirement/request.ts";
import { serve } from "../../lib/retirement/serve.ts";
import type { Credential } from "../../lib/rotation/credential.ts";
import { parseEvent } from "../../lib/rotation/event.ts";
import { type RotationPorts, rotate } from "../../lib/rotation/rotate.ts";
import type { SecretStore } from "../../lib/secret/store.ts";
import { type QueueEvent, settleBatch } from "../../lib/settlement/batch.ts";
import type { ConsumerType } from "../../lib/settlement/consumer.ts";
import type { WatchPorts } from "../../lib/watch/ports.ts";
import { watch } from "../../lib/watch/watch.ts";
import { MemoryInProcess } from "../memory.ts";
import type { VirtualClock } from "./clock.ts";
import type { FakeEcs } from "./ecs.ts";
import { FakeEcsPort } from "./ecs-port.ts";
import { awsFailure, type Gate, Invocation, type Ran } from "./gate.ts";
import { invokedBy } from "./invoked.ts";
import type { Random } from "./random.ts";
import type { FakeSecrets } from "./secrets.ts";
import { FakeStore } from "./store.ts";
import type { Turn } from "./turn.ts";

/** Faults on purpose: each replaces a port by one that breaks its contract. */
export interface Plants {
  readonly store?: (store: SecretStore) => SecretStore;
  readonly consumers?: (type: ConsumerType) => ConsumerType;
}

/** What leaves a function. */
export interface Listener {
  alert(alert: Alert, by: Invocation): void;
  /** A log line, an error: whatever it prints. */
  print(text: string): void;
  begun(by: Invocation): void;
  ended(by: Invocation): void;
  /** What settlement got of the function that retires. */
  answered?(ran: Ran<unknown>): void;
}

export interface FunctionParts {
  readonly clock: VirtualClock;
  readonly gate: Gate;
  readonly random: Random;
  readonly secrets: FakeSecrets;
  readonly ecs: FakeEcs;
  /** The product's own credential, on what is in memory. */
  readonly credential: (spec: CredentialSpec, by: Invocation) => Promise<Credential>;
  readonly manifest: Manifest;
  /** RotateSecret and CancelRotateSecret. @returns whether it was allowed */
  readonly rotate: (secretId: string, token: string) => boolean;
  readonly cancel: (secretId: string) => void;
  /** RotateSecret that only switches rotation on. */
  readonly resume: (secretId: string) => void;
  /** An asynchronous invocation. */
  readonly start: (name: "settle" | "emergency", event: object) => void;
  readonly listener: Listener;
  readonly plants: Plants;
  /** Where they are others than of functions in the VPC; in milliseconds. */
  readonly timeouts?: Timeouts;
}

/** As deployed, in milliseconds; those of rotating and retiring in the VPC. */
const deployed: Timeouts = {
  rotate: 60_000,
  retire: 60_000,
  settle: 300_000,
  watch: 300_000,
  emergency: 300_000,
};
type Timeouts = Readonly<Record<string, number>>;

/** Of a person, in milliseconds. */
const patience = 900_000;

/** In milliseconds: an emergency that sleeps for longer lets others go on. */
const nap = 300;

/** The product's functions, each invocation with ports of its own. */
export class Functions {
  readonly #parts: FunctionParts;
  readonly #remembered = new MemoryInProcess();
  #count = 0;

  constructor(parts: FunctionParts) {
    this.#parts = parts;
  }

  rotate(event: unknown, read = parseEvent): Promise<Ran<unknown>> {
    return this.#invoke("rotate", (by, context) => {
      const ports = this.#rotationPorts(by);
      return middy<unknown, unknown, Error, Carrier>({ timeoutEarlyInMillis: 0 })
        .use(stepReport({ ...ports, memory: this.#memory(by) }, read))
        .handler((payload, { quarterturn }) => rotate(read(payload), ports, quarterturn))(
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
    }).then((ran) => {
      this.#parts.listener.answered?.(ran);
      return ran;
    });
  }

  settle(event: QueueEvent) {
    return this.#invoke("settle", (by, context) => {
      const { gate, ecs, manifest, plants } = this.#parts;
      const retirer = new LambdaRetirer(this.#retiring(by));
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
      const { gate, manifest, rotate } = this.#parts;
      const prober = proberBy(this.#retiring(by));
      const ports: WatchPorts = {
        store: this.#store(by),
        memory: this.#memory(by),
        rotator: {
          retry: (secretId, token) =>
            gate.call(by, awsFailure("secretsmanager:RotateSecret", secretId), () => {
              rotate(secretId, token);
            }),
        },
        probers: { network: prober, internet: prober },
        manifest,
      };
      return watch(event, ports, context);
    });
  }

  /** A command that a person runs, with what those functions have that rotate. */
  run<T>(
    name: string,
    work: (ports: RotationPorts, context: Context, by: Invocation) => Promise<T>,
  ): Promise<Ran<T>> {
    return this.#invoke(name, (by, context) => work(this.#rotationPorts(by), context, by));
  }

  #retiring<Answer>(by: Invocation): Invoker<Answer> {
    const name = "retire-database";
    return invokedBy(name, (request) =>
      this.#parts.gate
        .call(by, awsFailure("lambda:InvokeFunction", name), () => {})
        .then(() => this.retire(request)),
    );
  }

  /** @param turn lets others go on while it sleeps */
  emergency(event: unknown, turn: Turn) {
    return this.#invoke(
      "emergency",
      (by, context) => {
        const sleep = async (ms: number) => {
          if (ms < nap || by.isDead) return context.sleep(ms);
          await turn.sleep(Math.max(0, Math.min(ms, by.abortsAt - this.#parts.clock.now)));
          // What others do meanwhile takes longer here than it would beside it.
          by.endsAt = Math.max(by.endsAt, this.#parts.clock.now + handOverTime);
          if (this.#parts.clock.now < by.abortsAt) return;
          by.controller.abort();
          throw new DeadlineReached();
        };
        return emergency(event, this.#emergencyPorts(by), { ...context, sleep });
      },
      handOverTime,
    );
  }

  #emergencyPorts(by: Invocation): EmergencyPorts {
    const { gate, ecs, manifest, rotate, cancel, resume, start, listener } = this.#parts;
    const prober = { ...proberBy(this.#retiring(by)), ...versionProberBy(this.#retiring(by)) };
    const started = (name: "settle" | "emergency") => ({
      start: (event: object, signal: AbortSignal) =>
        gate.call(by, awsFailure("lambda:InvokeFunction", name), () => start(name, event), signal),
    });
    const rotations: EmergencyPorts["rotations"] = {
      resume: (secretId, _, signal) =>
        gate.call(
          by,
          awsFailure("secretsmanager:RotateSecret", secretId),
          () => resume(secretId),
          signal,
        ),
      start: (secretId, token, _, signal) =>
        gate.call(
          by,
          awsFailure("secretsmanager:RotateSecret", secretId),
          () => (rotate(secretId, token) ? "started" : "busy"),
          signal,
        ),
      cancel: (secretId, signal) =>
        gate.call(
          by,
          awsFailure("secretsmanager:CancelRotateSecret", secretId),
          () => cancel(secretId),
          signal,
        ),
    };
    return {
      store: this.#store(by),
      rotations,
      memory: this.#memory(by),
      settle: started("settle"),
      itself: started("emergency"),
      bus: {
        put: (type, detail, signal) =>
          gate.call(
            by,
            awsFailure("events:PutEvents", "the bus"),
            () => listener.print(type + JSON.stringify(detail)),
            signal,
          ),
      },
      consumers: [ecsConsumers(new FakeEcsPort(ecs, gate, by))],
      manifest,
      rotators: { network: "rotate-database", internet: "" },
      probers: { network: prober, internet: prober },
      deadLetters: { count: async () => 0, empty: async () => {} },
    };
  }

  #rotationPorts(by: Invocation): RotationPorts {
    const { manifest, credential } = this.#parts;
    return {
      store: this.#store(by),
      manifest,
      alerts: this.#topic(by),
      credential: (spec) => credential(spec, by),
    };
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
      publish: (alert, signal) =>
        gate.call(
          by,
          awsFailure("sns:Publish", "the topic"),
          () => listener.alert(alert, by),
          signal,
        ),
      prove: () => gate.call(by, awsFailure("sns:ListSubscriptionsByTopic", "the topic"), () => 1),
    };
  }

  async #invoke<T>(
    name: string,
    work: (by: Invocation, context: Context) => Promise<T>,
    undoTime = 0,
  ): Promise<Ran<T>> {
    this.#count += 1;
    const { clock, listener, timeouts } = this.#parts;
    const id = `${name}-${this.#count}`;
    const timeout = timeouts?.[name] ?? deployed[name] ?? patience;
    const by = new Invocation(id, clock.now, timeout, undoTime + reportTime + 500);
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
    const origin = {
      environment: "production",
      account: "123456789012",
      region: "eu-central-1",
      logGroup: by.id,
    };
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
