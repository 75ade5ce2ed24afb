import { describe, expect, it } from "vitest";
import { VirtualClock } from "../../../lab/bench/pass/clock.ts";
import { SimulatedEcs } from "../../../lab/bench/pass/ecs.ts";
import { SimulatedRotations } from "../../../lab/bench/pass/rotations.ts";
import { SimulatedSecrets } from "../../../lab/bench/pass/secrets.ts";
import { contextOf, portsOf } from "../../../lab/bench/pass/simulation.ts";
import { emergency } from "../../../lib/emergency/emergency.ts";
import type { EmergencyPorts } from "../../../lib/emergency/ports.ts";

/** Of a synchronous invocation, in bytes (Lambda quotas). */
const largestAnswer = 6_000_000;
/** Of an asynchronous one. */
const largestEvent = 256_000;

const count = 10_000;

/** 10,000 secrets in memory, with a virtual clock: each request takes 25 ms. */
async function asked(request: object, { isUnsettled }: { isUnsettled: boolean }) {
  const clock = new VirtualClock();
  const secrets = new SimulatedSecrets(clock, count, 2000, 0);
  if (isUnsettled) for (const secret of secrets.all) secrets.promote(secret, `v-${"0".repeat(34)}`);
  const { manifest, memory, consumers } = portsOf(secrets, new SimulatedEcs(clock, [], () => {}));
  const rotations = new SimulatedRotations(clock, secrets, () => {});
  const started: object[] = [];
  const prober = { probe: async () => [], probeVersion: async () => "elsewhere" as const };
  const ports: EmergencyPorts = {
    ...{ manifest, memory, consumers, rotations: rotations.port, store: secrets.store },
    settle: { start: async () => {} },
    itself: { start: async (event) => void started.push(event) },
    bus: { put: async () => {} },
    rotators: { network: "rotate-database", internet: "" },
    probers: { network: prober, internet: prober },
    deadLetters: { count: async () => 0, empty: async () => {} },
  };
  const context = contextOf(
    clock,
    async () => "told",
    () => {},
  );
  const begun = clock.ms;
  const answer = await clock.until(emergency(request, ports, context));
  return { answer, started, seconds: (clock.ms - begun) / 1000 };
}

describe("10,000 secrets at once", { timeout: 60_000 }, () => {
  const all = { action: "leaked", all: true, reason: "INC-1" };

  it("are planned within the function's time and the size of its answer", async () => {
    const { answer, started, seconds } = await asked(all, { isUnsettled: false });
    expect(answer).toMatchObject({ outcome: "started", action: "leaked" });
    expect(JSON.stringify(answer).length).toBeLessThanOrEqual(largestAnswer);
    expect(seconds).toBeLessThanOrEqual(60);
    expect(started).toHaveLength(1);
    expect(JSON.stringify(started[0]).length).toBeLessThanOrEqual(largestEvent);
  });

  it("are refused within the size of its answer, each with its reason", async () => {
    const { answer } = await asked({ ...all, action: "rotate" }, { isUnsettled: true });
    expect(answer).toMatchObject({ outcome: "refused" });
    expect(JSON.stringify(answer).length).toBeLessThanOrEqual(largestAnswer);
  });
});
