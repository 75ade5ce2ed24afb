/**
 * For a reader: `1.2 s`, `3 min 12 s`, `5 h 10 min`, `3 d`. What clocks make less than nothing is nothing.
 * @param ms milliseconds
 */
export function duration(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d`;
}

/** From one ISO 8601 time to another. */
export const between = (from: string, to: string) => duration(Date.parse(to) - Date.parse(from));
