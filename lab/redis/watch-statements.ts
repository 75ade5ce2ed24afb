import type { RedisConnection } from "./client.ts";

/** How often the slow log is read, in milliseconds. It is in the server's memory alone. */
const everyMs = 100;

/**
 * Writes down what MONITOR and the slow log show, until it is disposed of.
 * @param connect opens a connection as the superuser
 */
export async function watchStatements(
  connect: () => Promise<RedisConnection>,
  note: (line: string) => void,
): Promise<AsyncDisposable> {
  await using watching = new AsyncDisposableStack();
  const monitor = watching.use(await connect());
  monitor.follow((line) => note(String(line)));
  await monitor.run("MONITOR");
  const slow = watching.use(await connect());
  let last = -1;
  const read = async () => {
    const entries = await slow.run("SLOWLOG", "GET", "1000");
    // The newest first; each has a number.
    for (const entry of Array.isArray(entries) ? entries.toReversed() : [])
      if (Array.isArray(entry) && Array.isArray(entry[3]) && Number(entry[0]) > last) {
        last = Number(entry[0]);
        note(`slow: ${entry[3].join(" ")}`);
      }
  };
  const look = setInterval(() => void read().catch(() => {}), everyMs);
  watching.defer(async () => {
    clearInterval(look);
    await read().catch(() => {});
  });
  return watching.move();
}
