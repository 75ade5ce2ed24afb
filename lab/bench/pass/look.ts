import { randomInt } from "node:crypto";
import type { Context } from "../../../lib/context/context.ts";
import type { SecretEntry } from "../../../lib/manifest/manifest.ts";
import type { Prober } from "../../../lib/watch/prober.ts";
import { watch } from "../../../lib/watch/watch.ts";
import { VirtualClock } from "./clock.ts";
import { SimulatedSecrets } from "./secrets.ts";

/** Of the hourly looks of one day; the figures are of the one that took most. */
export interface FindingsFigures {
  readonly secrets: number;
  readonly awsRequests: number;
  /** In simulated time. */
  readonly seconds: number;
  /** Of the process, the simulated account included. */
  readonly peakMB: number;
}

/** In milliseconds: an invocation, and a login in it; it makes five at once. */
const [invocationTime, loginTime] = [300, 100];
const [perServer, hoursOfDay] = [5, 24];

/** `watch` itself on an account in memory with a virtual clock, in which nothing is wrong. */
async function lookAllDay(count: number): Promise<FindingsFigures> {
  const clock = new VirtualClock();
  const account = new SimulatedSecrets(clock, count, Math.ceil(count / perServer), 0);
  const prober: Prober = {
    async probe(secrets) {
      account.requests += 1;
      await clock.sleep(invocationTime + (loginTime * secrets.length) / 5);
      return secrets.map((secret) => ({ secret, current: "accepted" as const }));
    },
  };
  const entries = account.all.map(({ name }) => [name, entry] as const);
  const ports = {
    store: account.store,
    memory: account.memory(),
    rotator: { retry: async () => {} },
    probers: { network: prober, internet: prober },
    manifest: { stage: "production", exempt: [], secrets: Object.fromEntries(entries) },
  };
  let [awsRequests, seconds, peakMB] = [0, 0, 0];
  const sample = () => {
    peakMB = Math.max(peakMB, Math.round(process.memoryUsage.rss() / 1e6));
  };
  const context = contextOf(clock, sample);
  for (let hour = 0; hour < hoursOfDay; hour += 1) {
    const [requests, begun] = [account.requests, clock.ms];
    const time = new Date(Date.parse("2026-03-01T00:17:00Z") + hour * 3_600_000).toISOString();
    const event = { source: "aws.events", "detail-type": "Scheduled Event", time };
    await clock.until(watch(event, ports, context));
    awsRequests = Math.max(awsRequests, account.requests - requests);
    seconds = Math.max(seconds, Math.round((clock.ms - begun) / 100) / 10);
  }
  return { secrets: count, awsRequests, seconds, peakMB };
}

const entry: SecretEntry = {
  schedule: { expression: "rate(90 days)" },
  consumers: { clusters: ["production"] },
  credentials: [
    {
      type: "postgres",
      strategy: "alternating-users",
      traits: { oldWorksBeside: true, changesUsername: true, switches: false },
    },
  ],
  place: "network",
  grace: 0,
  deadline: 24 * 3_600_000,
};

function contextOf(clock: VirtualClock, sample: () => void): Context {
  return {
    now: clock.now,
    randomInt: (below) => randomInt(below),
    signal: new AbortController().signal,
    sleep: (ms) => clock.sleep(ms),
    log: {
      begin() {},
      step: sample,
      warn() {},
      alertFailed() {},
      failureTold() {},
      figures: sample,
    },
    report: async () => {
      throw new Error("Nothing is wrong, and on-call was told so.");
    },
  };
}

if (import.meta.main) console.log(JSON.stringify(await lookAllDay(Number(process.argv[2]))));
