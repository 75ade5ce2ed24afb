/** A task with desired status RUNNING. */
export interface Candidate {
  /** Whether it belongs to the PRIMARY deployment. */
  isCurrent: boolean;
  isReady: boolean;
  isUnhealthy: boolean;
  isProtected: boolean;
}

export interface Limits {
  desiredCount: number;
  minimumHealthyPercent: number;
  maximumPercent: number;
  /** False if the deployment failed, or pauses after failures. */
  mayStart: boolean;
}

/**
 * The next tasks to stop, and how many to start. Rolling update
 * (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html): new tasks
 * as far as the maximum allows; an old one goes for each new one that is ready, and earlier where
 * only that makes room and the minimum allows it; protected tasks are left alone. An unhealthy task
 * goes when a replacement is ready, or makes room for it (API_DeploymentConfiguration).
 */
export function plan<T extends Candidate>(
  tasks: readonly T[],
  { desiredCount, minimumHealthyPercent, maximumPercent, mayStart }: Limits,
): { stop: T[]; start: number } {
  const minimum = Math.ceil((desiredCount * minimumHealthyPercent) / 100);
  const maximum = Math.floor((desiredCount * maximumPercent) / 100);
  const stop = new Set<T>();
  const left = () => tasks.filter((task) => !stop.has(task));
  const stopUpTo = (count: number, which: (task: T) => boolean) => {
    const chosen = left().filter((task) => which(task) && !task.isProtected);
    for (const task of chosen.slice(0, Math.max(0, count))) stop.add(task);
  };
  const old = (task: T) => !task.isCurrent;
  const usable = tasks.filter((task) => task.isCurrent && !task.isUnhealthy);
  const ready = usable.filter((task) => task.isReady).length;
  const starting = usable.filter((task) => !task.isReady && !task.isProtected).length;

  const surplus = usable.length - desiredCount;
  stopUpTo(surplus, (task) => usable.includes(task) && !task.isReady);
  stopUpTo(surplus - starting, (task) => usable.includes(task) && task.isReady);
  if (!mayStart || ready >= desiredCount) stopUpTo(Infinity, (task) => task.isUnhealthy);
  // One old task is kept for each new one that is missing, ready ones first.
  const standIns = () => left().filter(old).length;
  const missing = Math.max(0, desiredCount - ready);
  stopUpTo(standIns() - missing, (task) => old(task) && !task.isReady);
  stopUpTo(standIns() - missing, old);

  const wanted = mayStart ? Math.max(0, desiredCount - usable.length) : 0;
  const room = () => Math.max(0, maximum - left().length);
  stopUpTo(wanted - room(), (task) => task.isUnhealthy);
  stopUpTo(wanted - room(), (task) => old(task) && !task.isReady);
  const healthy = left().filter((task) => task.isReady).length;
  stopUpTo(Math.min(wanted - room(), healthy - minimum), old);
  return { stop: [...stop], start: Math.min(wanted, room()) };
}
