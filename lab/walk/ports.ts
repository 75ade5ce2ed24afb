import type { ProblemMemory } from "../../lib/alerts/memory.ts";
import type { AlertTopic } from "../../lib/alerts/topic.ts";
import type { Invoker } from "../../lib/aws/lambda.ts";
import { proberBy } from "../../lib/aws/lambda-prober.ts";
import { versionProberBy } from "../../lib/aws/lambda-version-prober.ts";
import { ecsConsumers } from "../../lib/consumers/ecs/consumer.ts";
import type { EmergencyPorts } from "../../lib/emergency/ports.ts";
import type { RotationPorts } from "../../lib/rotation/rotate.ts";
import type { SecretStore } from "../../lib/secret/store.ts";
import type { ConsumerType } from "../../lib/settlement/consumer.ts";
import type { WatchPorts } from "../../lib/watch/ports.ts";
import { FakeEcsPort } from "./ecs-port.ts";
import type { FunctionParts } from "./function-parts.ts";
import { awsFailure, type Invocation } from "./gate.ts";
import { FakeStore } from "./store.ts";

/** The ports of one invocation: each call goes through the gate. */
export class Ports {
  readonly #parts: FunctionParts;
  readonly #by: Invocation;
  readonly #remembered: ProblemMemory;

  constructor(parts: FunctionParts, by: Invocation, remembered: ProblemMemory) {
    this.#parts = parts;
    this.#by = by;
    this.#remembered = remembered;
  }

  get store(): SecretStore {
    const store = new FakeStore(this.#parts.secrets, this.#parts.gate, this.#by);
    return this.#parts.plants.store?.(store) ?? store;
  }

  get consumers(): ConsumerType {
    return ecsConsumers(new FakeEcsPort(this.#parts.ecs, this.#parts.gate, this.#by));
  }

  get memory(): ProblemMemory {
    const [remembered, problems] = [this.#remembered, "the problems"];
    const read = <T>(effect: () => Promise<T>, signal: AbortSignal) =>
      this.call("ssm:GetParametersByPath", problems, effect, signal);
    return {
      list: (signal) => read(() => remembered.list(signal), signal),
      of: (secret, signal) => read(() => remembered.of(secret, signal), signal),
      write: (each, signal) =>
        this.call("ssm:PutParameter", problems, () => remembered.write(each, signal), signal),
    };
  }

  get topic(): AlertTopic {
    const { listener } = this.#parts;
    const topic = "the topic";
    return {
      publish: (alert, signal) =>
        this.call("sns:Publish", topic, () => listener.alert(alert, this.#by), signal),
      prove: () => this.call("sns:ListSubscriptionsByTopic", topic, () => 1),
    };
  }

  get rotation(): RotationPorts {
    const { manifest, credential } = this.#parts;
    return {
      store: this.store,
      manifest,
      alerts: this.topic,
      credential: (spec) => credential(spec, this.#by),
    };
  }

  /** @param retiring the function that retires, and probes */
  watch(retiring: Invoker<never>): WatchPorts {
    const { manifest, rotate } = this.#parts;
    const prober = proberBy(retiring);
    return {
      store: this.store,
      memory: this.memory,
      rotator: {
        retry: (secretId, token) =>
          this.call("secretsmanager:RotateSecret", secretId, () => {
            rotate(secretId, token);
          }),
      },
      probers: { network: prober, internet: prober },
      manifest,
    };
  }

  /** @param retiring the function that retires, and probes */
  emergency(retiring: Invoker<never>): EmergencyPorts {
    const { manifest, start, listener } = this.#parts;
    const prober = { ...proberBy(retiring), ...versionProberBy(retiring) };
    const started = (name: "settle" | "emergency") => ({
      start: (event: object, signal: AbortSignal) =>
        this.call("lambda:InvokeFunction", name, () => start(name, event), signal),
    });
    const print = (type: string, detail: object) => listener.print(type + JSON.stringify(detail));
    return {
      store: this.store,
      rotations: this.#rotations,
      memory: this.memory,
      settle: started("settle"),
      itself: started("emergency"),
      bus: {
        put: (type, detail, signal) =>
          this.call("events:PutEvents", "the bus", () => print(type, detail), signal),
      },
      consumers: [this.consumers],
      manifest,
      rotators: { network: "rotate-database", internet: "" },
      probers: { network: prober, internet: prober },
      deadLetters: { count: async () => 0, empty: async () => {} },
    };
  }

  get #rotations(): EmergencyPorts["rotations"] {
    const { rotate, cancel, resume } = this.#parts;
    const start = (secretId: string, token: string) =>
      rotate(secretId, token) ? ("started" as const) : ("busy" as const);
    return {
      resume: (secretId, _, signal) =>
        this.call("secretsmanager:RotateSecret", secretId, () => resume(secretId), signal),
      start: (secretId, token, _, signal) =>
        this.call("secretsmanager:RotateSecret", secretId, () => start(secretId, token), signal),
      cancel: (secretId, signal) =>
        this.call("secretsmanager:CancelRotateSecret", secretId, () => cancel(secretId), signal),
    };
  }

  /** @param action as IAM names it */
  async call<T>(
    action: string,
    on: string,
    effect: () => T,
    signal?: AbortSignal,
  ): Promise<Awaited<T>> {
    return await this.#parts.gate.call(this.#by, awsFailure(action, on), effect, signal);
  }
}
