/** Durations as the manifest writes them; apart from their form, which needs a library that functions do without. */

const hour = 3600e3;
const units: Readonly<Record<string, number>> = { s: 1e3, m: 60e3, h: hour, d: 24 * hour };

/** Of a duration like `90m`. */
export function milliseconds(duration: string): number {
  return Number.parseInt(duration, 10) * (units[duration.slice(-1)] ?? 0);
}

/** A duration as the manifest would write it, in the largest unit up to hours: `90m`, `24h`. */
export function durationText(ms: number): string {
  if (ms > 0 && ms % hour === 0) return `${ms / hour}h`;
  return ms > 0 && ms % 60e3 === 0 ? `${ms / 60e3}m` : `${ms / 1e3}s`;
}
