import middy from "@middy/core";
import type { Invoker } from "../../lib/aws/lambda.ts";
import { LambdaRetirer } from "../../lib/aws/lambda-retirer.ts";
import type { Context } from "../../lib/context/context.ts";
import { DeadlineReached, reportTime } from "../../lib/context/deadline.ts";
import type { Log } from "../../lib/context/log.ts";
import { emergency } from "../../lib/emergency/emergency.ts";
import { handOverTime } from "../../lib/emergency/work.ts";
import type { Invocation as Carrier } from "../../lib/reporting/invocation.ts";
import { reporter } from "../../lib/reporting/report.ts";
import { requestReport, stepReport } from "../../lib/reporting/step-report.ts";
import { parseRequest, subjectOf } from "../../lib/retirement/request.ts";
import { serve } from "../../lib/retirement/serve.ts";
import { parseEvent } from "../../lib/rotation/event.ts";
import { type RotationPorts, rotate } from "../../lib/rotation/rotate.ts";
import { type QueueEvent, settleBatch } from "../../lib/settlement/batch.ts";
import { watch } from "../../lib/watch/watch.ts";
import { MemoryInProcess } from "../memory.ts";
import type { FunctionParts, Listener } from "./function-parts.ts";
import { Invocation, type Ran } from "./gate.ts";
import { invokedBy } from "./invoked.ts";
import { Ports } from "./ports.ts";
import type { Turn } from "./turn.ts";

/** As deployed, in milliseconds; those of rotating and retiring in the VPC. */
const deployed: Readonly<Record<string, number>> = {
  rotate: 60_000,
  retire: 60_000,
  settle: 300_000,
  watch: 300_000,
  emergency: 300_000,
};

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
      const { rotation, memory } = this.#ports(by);
      return middy<unknown, unknown, Error, Carrier>({ timeoutEarlyInMillis: 0 })
        .use(stepReport({ ...rotation, memory }, read))
        .handler((payload, { quarterturn }) => rotate(read(payload), rotation, quarterturn))(
        event,
        carrier(by, context),
      );
    });
  }

  retire(request: unknown): Promise<Ran<unknown>> {
    return this.#invoke("retire", (by, context) => {
      const { rotation } = this.#ports(by);
      return middy<unknown, unknown, Error, Carrier>({ timeoutEarlyInMillis: 0 })
        .use(requestReport(rotation.store, subjectOf))
        .handler((payload, { quarterturn }) => serve(parseRequest(payload), rotation, quarterturn))(
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
      const { manifest, plants } = this.#parts;
      const retirer = new LambdaRetirer(this.#retiring(by));
      const { store, memory, consumers } = this.#ports(by);
      const ports = {
        store,
        memory,
        consumers: [plants.consumers?.(consumers) ?? consumers],
        retirers: { network: retirer, internet: retirer },
        mirrorer: { mirror: async () => "superseded" as const },
        manifest,
      };
      return settleBatch(event, ports, context);
    });
  }

  watch(event: unknown) {
    return this.#invoke("watch", (by, context) =>
      watch(event, this.#ports(by).watch(this.#retiring(by)), context),
    );
  }

  /** A command that a person runs, with what those functions have that rotate. */
  run<T>(
    name: string,
    work: (ports: RotationPorts, context: Context, by: Invocation) => Promise<T>,
  ): Promise<Ran<T>> {
    return this.#invoke(name, (by, context) => work(this.#ports(by).rotation, context, by));
  }

  #retiring<Answer>(by: Invocation): Invoker<Answer> {
    const name = "retire-database";
    return invokedBy(name, (request) =>
      this.#ports(by)
        .call("lambda:InvokeFunction", name, () => {})
        .then(() => this.retire(request)),
    );
  }

  #ports(by: Invocation): Ports {
    return new Ports(this.#parts, by, this.#remembered);
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
        const ports = this.#ports(by).emergency(this.#retiring(by));
        return emergency(event, ports, { ...context, sleep });
      },
      handOverTime,
    );
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
      report: reporter(
        { ...origin, requestId: by.id },
        { alerts: this.#ports(by).topic, log, now },
      ),
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
