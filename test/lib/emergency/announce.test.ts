import { describe, expect, it } from "vitest";
import { MemoryInProcess } from "../../../lab/memory.ts";
import { awsFailure } from "../../../lab/walk/gate.ts";
import { announceBeginning, announceEnd } from "../../../lib/emergency/announce.ts";
import { Drive } from "../../../lib/emergency/drive.ts";
import type { Job } from "../../../lib/emergency/job.ts";
import type { EmergencyPorts } from "../../../lib/emergency/ports.ts";
import type { SecretEntry } from "../../../lib/manifest/manifest.ts";
import { contextFor } from "../../context.ts";
import { now, wish } from "./states.ts";

type Stage = Drive["stage"];

/** Secrets of emergencies, and what on-call heard of them, e.g. `begun a EMERGENCY`. */
function oncall(memory = new MemoryInProcess()) {
  const heard: string[] = [];
  const context = contextFor({
    now: () => now,
    report: async (news) => {
      const code = news.status === "over" ? news.problem.kind : news.error.code;
      heard.push(`${news.status} ${news.task?.secret} ${code}`);
      return "told";
    },
  });
  const ports = { memory } as unknown as EmergencyPorts;
  const job = { request: { ...wish(), isDrill: false }, askedAt: "", round: 0 } as unknown as Job;
  const drive = (secretId: string, stage: Stage, credentials: readonly object[] = []) =>
    Object.assign(new Drive({ secretId, entry: { credentials } as unknown as SecretEntry }), {
      stage,
    });
  const secrets = (names: string[], stage: Stage) => names.map((name) => drive(name, stage));
  return {
    heard,
    begin: (...names: string[]) => announceBeginning(job, secrets(names, "open"), ports, context),
    end: (stage: Stage, ...names: string[]) =>
      announceEnd(job, secrets(names, stage), ports, context),
    endBeside: (...credentials: object[]) =>
      announceEnd(job, [drive("a", "done", credentials)], ports, context),
  };
}

describe("who hears of an emergency", () => {
  it("hears of each secret that one reason names, whichever is over first", async () => {
    const { heard, begin, end } = oncall();
    await begin("a");
    await begin("b");
    await end("done", "b");
    expect(heard).toEqual(["begun a EMERGENCY", "begun b EMERGENCY", "over b EMERGENCY"]);
    await end("done", "a");
    expect(heard.at(-1)).toBe("over a EMERGENCY");
  });

  it("does not hear that it is over while something is left, until it is started again", async () => {
    const { heard, begin, end } = oncall();
    await begin("a");
    await end("rotating", "a");
    await begin("a");
    expect(heard).toEqual(["begun a EMERGENCY", "begun a EMERGENCY_UNFINISHED"]);
    await end("done", "a");
    expect(heard.slice(2).toSorted()).toEqual(["over a EMERGENCY", "over a EMERGENCY_UNFINISHED"]);
  });

  it.each(["of", "write"] as const)(
    "hears that it is over though the memory failed at first: %s",
    async (call) => {
      const memory = new MemoryInProcess();
      let refusals = 2;
      const failing = new Proxy(memory, {
        get(target, name) {
          if (name !== call) return Reflect.get(target, name).bind(target);
          return async (...input: never[]) => {
            refusals -= 1;
            if (refusals >= 0) throw awsFailure("ssm", "the memory")();
            return Reflect.apply(target[call], target, input);
          };
        },
      });
      const { heard, begin, end } = oncall(failing);
      await begin("a");
      await end("done", "a");
      expect(heard).toEqual(["begun a EMERGENCY", "over a EMERGENCY"]);
      const remembered = await memory.of("emergency INC-1 a", new AbortController().signal);
      expect(remembered.flatMap(({ problems }) => problems)).toEqual([]);
    },
  );

  it("hears of what only people make", async () => {
    const { heard, begin, endBeside } = oncall();
    await begin("a");
    await endBeside({ supply: undefined }, { supply: { field: "KEY" } });
    expect(heard).toEqual(["begun a EMERGENCY", "begun a EMERGENCY_REFUSED"]);
  });
});
