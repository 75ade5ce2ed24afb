import type { SecretState } from "../secret/store.ts";

/** The tag in which a canary remembers its last drill. */
export const drillTag = "quarterturn:drill";

/** A drill: begun, or over with the times that it took, in milliseconds from its beginning. */
export type DrillRecord =
  | { readonly state: "begun"; readonly at: Date }
  | {
      readonly state: "ok";
      readonly at: Date;
      /** When AWSCURRENT was the new version; absent: nobody saw it. */
      readonly promotedMs?: number | undefined;
      /** When the old credential was proven dead. */
      readonly deadMs?: number | undefined;
      /** When all consumers were proven on the new one. */
      readonly settledMs: number;
    };

/** E.g. `ok 2026-11-29T03:00:00.000Z promoted=812 dead=1230 settled=95000`. */
export function drillText(record: DrillRecord): string {
  const begin = `${record.state} ${record.at.toISOString()}`;
  if (record.state === "begun") return begin;
  const { promotedMs, deadMs, settledMs } = record;
  const times = Object.entries({ promoted: promotedMs, dead: deadMs, settled: settledMs });
  const known = times.filter(([, ms]) => ms !== undefined);
  return [begin, ...known.map(([name, ms]) => `${name}=${ms}`)].join(" ");
}

/** @returns `undefined` where there was no drill, or somebody has written something else into the tag */
export function drillOf({ tags }: Pick<SecretState, "tags">): DrillRecord | undefined {
  const [state, time = "", ...times] = (tags.get(drillTag) ?? "").split(" ");
  const at = new Date(time);
  if (Number.isNaN(at.getTime())) return undefined;
  if (state === "begun") return { state, at };
  const all = new Map(times.map((each) => each.split("=") as [string, string]));
  const msOf = (name: string) => {
    const ms = Number(all.get(name) ?? Number.NaN);
    return Number.isFinite(ms) ? ms : undefined;
  };
  const settledMs = msOf("settled");
  if (state !== "ok" || settledMs === undefined) return undefined;
  return { state, at, promotedMs: msOf("promoted"), deadMs: msOf("dead"), settledMs };
}
