import { reportTime } from "../../../lib/context/deadline.ts";
import { emergency } from "../../../lib/emergency/emergency.ts";
import type { EmergencyPorts } from "../../../lib/emergency/ports.ts";
import { handOverTime } from "../../../lib/emergency/work.ts";
import { settleBatch } from "../../../lib/settlement/batch.ts";
import { VirtualClock } from "./clock.ts";
import { SimulatedEcs } from "./ecs.ts";
import { SimulatedRotations } from "./rotations.ts";
import { SimulatedSecrets } from "./secrets.ts";
import { batchSize, contextOf, patience, portsOf, secretsPerServer } from "./simulation.ts";

interface BulkLoad {
  readonly secrets: number;
  readonly services: number;
}

export interface BulkFigures extends BulkLoad {
  /** From the request until the last credential that leaked is proven dead. */
  readonly simulatedMinutes: number;
  /** Until all consumers are proven, and on-call hears that it is over. */
  readonly minutesToEnd: number;
  readonly deployments: number;
  /** Invocations of the function for emergencies. */
  readonly rounds: number;
}

/** As deployed, in milliseconds: the queue's delay, the tick, and the functions' time but for what is kept back. */
const [delay, tick, timeout] = [15_000, 300_000, 300_000];

/** An emergency of all secrets, as the functions of Quarterturn serve it, on an account in memory with a virtual clock. */
class Bulk {
  readonly #load: BulkLoad;
  readonly #clock = new VirtualClock();
  readonly #start = this.#clock.ms;
  readonly #secrets: SimulatedSecrets;
  readonly #ecs: SimulatedEcs;
  readonly #rotations: SimulatedRotations;
  readonly #queue: { readonly at: number; readonly body: string }[] = [];
  readonly #dead = new Set<string>();
  #lastDeathAt = 0;
  #rounds = 0;
  #isOver = false;

  constructor(load: BulkLoad) {
    this.#load = load;
    const servers = Math.max(1, Math.ceil(load.secrets / secretsPerServer));
    this.#secrets = new SimulatedSecrets(this.#clock, load.secrets, servers, 0);
    const arns = this.#secrets.all.map(({ arn }) => arn);
    const readers = Array.from({ length: load.services }, (_, index) =>
      arns.filter((_, at) => at % load.services === index),
    );
    const completed = () => this.#send({ source: "aws.ecs" });
    this.#ecs = new SimulatedEcs(this.#clock, readers, completed);
    this.#rotations = new SimulatedRotations(this.#clock, this.#secrets, (event) =>
      this.#send(event),
    );
  }

  run(): Promise<BulkFigures> {
    return this.#clock.until(this.#run());
  }

  async #run(): Promise<BulkFigures> {
    const ticking = () => {
      this.#send({ source: "aws.events" });
      this.#clock.at(this.#clock.ms + tick, ticking);
    };
    ticking();
    const settling = this.#settleQueue();
    await this.#emergency({ action: "leaked", all: true, reason: "INC-1" });
    await settling;
    const minutes = (at: number) => Math.round((at - this.#start) / 6000) / 10;
    return {
      ...this.#load,
      simulatedMinutes: minutes(this.#lastDeathAt),
      minutesToEnd: minutes(this.#clock.ms),
      deployments: this.#ecs.rolls,
      rounds: this.#rounds,
    };
  }

  async #emergency(event: object): Promise<void> {
    this.#rounds += 1;
    const settlement = portsOf(this.#secrets, this.#ecs);
    const ports: EmergencyPorts = {
      store: this.#rotations.held(this.#secrets.store),
      rotations: this.#rotations.port,
      memory: settlement.memory,
      settle: { start: async (batch) => void this.#settle(batch as { Records: [] }) },
      itself: { start: async (work) => void this.#emergency(work) },
      bus: { put: async () => {} },
      manifest: settlement.manifest,
      consumers: settlement.consumers,
      probers: { network: noProber, internet: noProber },
      deadLetters: { count: async () => 0, empty: async () => {} },
      rotators: { network: "rotate-database", internet: "" },
    };
    const keptBack = reportTime + handOverTime;
    const context = contextOf(
      this.#clock,
      async () => "told",
      () => {},
      timeout - keptBack,
    );
    const answer = await emergency(event, ports, context);
    if ("finished" in answer && answer.finished) this.#isOver = true;
  }

  /** Beside the passes of the queue, as an asynchronous invocation is. */
  async #settle(batch: { readonly Records: [] }): Promise<unknown> {
    const ports = portsOf(this.#secrets, this.#ecs);
    const store = { ...ports.store, ...this.#rotations.held(this.#secrets.store) };
    const { network } = ports.retirers;
    const retire: typeof network.retire = async (request, signal) => {
      const outcome = await network.retire(request, signal);
      if (outcome === "dead" && this.#dead.size < this.#dead.add(request.secret).size)
        this.#lastDeathAt = this.#clock.ms;
      return outcome;
    };
    const retirer = { ...network, retire };
    const retirers = { network: retirer, internet: retirer };
    const context = contextOf(
      this.#clock,
      async () => "told",
      () => {},
      timeout - reportTime,
    );
    return settleBatch(batch, { ...ports, store, retirers }, context);
  }

  async #settleQueue(): Promise<void> {
    while (!this.#isOver || !this.#secrets.all.every(SimulatedSecrets.isSettled)) {
      if (this.#clock.ms > this.#start + patience) throw new Error("It does not come to an end.");
      const ready = this.#queue.filter(({ at }) => at <= this.#clock.ms).slice(0, batchSize);
      this.#queue.splice(0, ready.length);
      if (ready.length === 0) await this.#clock.sleep(1000);
      else
        await this.#settle({
          Records: ready.map(({ body }, index) => ({ messageId: String(index), body })) as [],
        });
    }
  }

  #send(event: object): void {
    const body = JSON.stringify({ id: this.#queue.length, ...event });
    this.#queue.push({ at: this.#clock.ms + delay, body });
  }
}

/** What leaked is rotated without trying what works. */
const noProber = {
  probe: async () => [],
  probeVersion: async () => "elsewhere" as const,
};

if (import.meta.main) {
  const [secrets = 0, services = 0] = process.argv.slice(2).map(Number);
  console.log(JSON.stringify(await new Bulk({ secrets, services }).run()));
}
