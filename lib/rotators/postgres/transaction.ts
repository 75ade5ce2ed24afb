import type { Run } from "./roles.ts";

/** @param end ROLLBACK to try the work without effect */
export async function inTransaction<T>(
  run: Run,
  action: string,
  signal: AbortSignal,
  work: () => Promise<T>,
  end: "COMMIT" | "ROLLBACK" = "COMMIT",
): Promise<T> {
  await run("BEGIN READ WRITE", action, signal);
  try {
    const result = await work();
    await run(end, action, signal);
    return result;
  } catch (error) {
    await run("ROLLBACK", action, signal).catch(() => {});
    throw error;
  }
}
