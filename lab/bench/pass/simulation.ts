import { randomInt } from "node:crypto";
import { ecsConsumers } from "../../../lib/consumers/ecs/consumer.ts";
import type { Context } from "../../../lib/context/context.ts";
import { DeadlineReached } from "../../../lib/context/deadline.ts";
import type { SecretEntry } from "../../../lib/manifest/manifest.ts";
import { settleBatch } from "../../../lib/settlement/batch.ts";
import type { SettlementPorts } from "../../../lib/settlement/ports.ts";
import { VirtualClock } from "./clock.ts";
import { SimulatedEcs } from "./ecs.ts";
import { SimulatedSecrets } from "./secrets.ts";

export interface PassLoad {
  readonly secrets: number;
  /** Promoted in one moment. */
  readonly unsettled: number;
  readonly services: number;
  readonly deadServers: number;
}

export interface PassFigures extends PassLoad {
  readonly awsRequests: number;
  /** Of the pass that made most, but for task definitions, which are read once. */
  readonly ecsReads: number;
  /** Of all passes. */
  readonly definitionReads: number;
  readonly deployments: number;
  /** Of the longest pass, in simulated time. */
  readonly seconds: number;
  /** Of the process, the simulated account included. */
  readonly peakMB: number;
  /** From the promotions until all secrets are settled whose server answers. */
  readonly simulatedMinutes: number;
  readonly falseAlerts: number;
}

/** As deployed, in milliseconds: the queue's delay, the tick, and the function's time but for what is kept back. */
const [delay, tick, timeout] = [15_000, 300_000, 297_000];
export const batchSize = 10;
export const secretsPerServer = 5;
/** When a simulation is given up, in milliseconds. */
export const patience = 4 * 3_600_000;

/** Settlement itself on an account in memory with a virtual clock: each request takes 25 ms and keeps to its quota. */
async function simulate(load: PassLoad): Promise<PassFigures> {
  const clock = new VirtualClock();
  const servers = Math.max(1, Math.ceil(load.secrets / secretsPerServer));
  const secrets = new SimulatedSecrets(clock, load.secrets, servers, load.deadServers);
  const queue: { readonly at: number; readonly body: string }[] = [];
  const send = (event: object) =>
    queue.push({ at: clock.ms + delay, body: JSON.stringify({ id: queue.length, ...event }) });
  const readers = Array.from({ length: load.services }, (_, index) => [
    secrets.all[index % load.secrets]?.arn ?? "",
  ]);
  const ecs = new SimulatedEcs(clock, readers, () => void send({ source: "aws.ecs" }));
  const ports = portsOf(secrets, ecs);
  const start = clock.ms;
  for (const secret of secrets.all.slice(0, load.unsettled)) send(secrets.promote(secret));
  const ticking = () => {
    send({ source: "aws.events" });
    clock.at(clock.ms + tick, ticking);
  };
  ticking();

  let [falseAlerts, ecsReads, seconds, peakMB] = [0, 0, 0, 0];
  const healthy = new Set(secrets.healthy.map(({ name }) => name));
  const onAlert: Context["report"] = async ({ task }) => {
    if (healthy.has(task?.secret ?? "")) falseAlerts += 1;
    return "told";
  };
  const sample = () => {
    peakMB = Math.max(peakMB, Math.round(process.memoryUsage.rss() / 1e6));
  };
  const passes = async () => {
    let isFirst = true;
    while (isFirst || !secrets.healthy.every(SimulatedSecrets.isSettled)) {
      if (clock.ms > start + patience) throw new Error("The simulation does not come to an end.");
      const ready = queue.filter(({ at }) => at <= clock.ms).slice(0, batchSize);
      if (ready.length === 0) {
        await clock.sleep(1000);
        continue;
      }
      isFirst = false;
      queue.splice(0, ready.length);
      const [reads, begun] = [ecs.reads, clock.ms];
      const Records = ready.map(({ body }, index) => ({ messageId: String(index), body }));
      await settleBatch({ Records }, ports, contextOf(clock, onAlert, sample));
      ecsReads = Math.max(ecsReads, ecs.reads - reads);
      seconds = Math.max(seconds, Math.round((clock.ms - begun) / 100) / 10);
      sample();
    }
  };
  await clock.until(passes());
  const simulatedMinutes = Math.round((clock.ms - start) / 6000) / 10;
  const awsRequests = secrets.requests + ecs.reads + ecs.definitionReads + ecs.rolls;
  const { rolls: deployments, definitionReads } = ecs;
  return {
    ...load,
    awsRequests,
    ecsReads,
    definitionReads,
    deployments,
    seconds,
    peakMB,
    simulatedMinutes,
    falseAlerts,
  };
}

export function portsOf(secrets: SimulatedSecrets, ecs: SimulatedEcs): SettlementPorts {
  const { store, retirer } = secrets;
  const traits = { oldWorksBeside: true, changesUsername: true, switches: false };
  const entryOf = (server: number): SecretEntry => ({
    schedule: { expression: "rate(90 days)" },
    consumers: { clusters: ["production"] },
    credentials: [
      { type: "postgres", strategy: "alternating-users", traits, server: `s${server}` },
    ],
    place: "network",
    grace: 0,
    deadline: 24 * 3_600_000,
  });
  const entries = secrets.all.map(({ name, server }) => [name, entryOf(server)] as const);
  return {
    store,
    memory: secrets.memory(),
    consumers: [ecsConsumers(ecs)],
    retirers: { network: retirer, internet: retirer },
    mirrorer: { mirror: async () => "superseded" },
    manifest: { stage: "production", exempt: [], secrets: Object.fromEntries(entries) },
  };
}

/** @param ms that the invocation has */
export function contextOf(
  clock: VirtualClock,
  report: Context["report"],
  sample: () => void,
  ms = timeout,
): Context {
  const deadline = new AbortController();
  clock.at(clock.ms + ms, () => deadline.abort());
  const { signal } = deadline;
  return {
    now: clock.now,
    randomInt: (below) => randomInt(below),
    signal,
    async sleep(ms) {
      await clock.sleep(ms);
      if (signal.aborted) throw new DeadlineReached();
    },
    log: { begin() {}, step: sample, warn() {}, alertFailed() {}, failureTold() {}, figures() {} },
    report,
  };
}

if (import.meta.main) {
  const [secrets = 0, unsettled = 0, services = 0, deadServers = 0] = process.argv
    .slice(2)
    .map(Number);
  console.log(JSON.stringify(await simulate({ secrets, unsettled, services, deadServers })));
}
