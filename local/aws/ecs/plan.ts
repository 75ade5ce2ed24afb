/** A task that shall run, as the scheduler sees it. */
export interface Candidate {
  /** Of the PRIMARY deployment. */
  isCurrent: boolean;
  isReady: boolean;
  isUnhealthy: boolean;
  isProtected: boolean;
}

export interface Limits {
  desiredCount: number;
  minimumHealthyPercent: number;
  maximumPercent: number;
  /** False: a deployment that failed launches nothing, one that keeps failing waits. */
  mayStart: boolean;
}

/**
 * What a service does next: which tasks it stops, how many it starts. Rolling update
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
  const ready = tasks.filter((task) => task.isCurrent && task.isReady).length;
  const usable = tasks.filter((task) => task.isCurrent && !task.isUnhealthy);

  const surplus = usable.length - desiredCount;
  const starting = usable.filter((task) => !task.isReady && !task.isProtected).length;
  stopUpTo(surplus, (task) => usable.includes(task) && !task.isReady);
  stopUpTo(surplus - starting, (task) => usable.includes(task) && task.isReady);
  stopUpTo(Infinity, (task) => !task.isCurrent && !task.isReady);
  const standIns = tasks.filter((task) => !task.isCurrent && task.isReady).length;
  stopUpTo(standIns - (desiredCount - ready), (task) => !task.isCurrent && task.isReady);
  if (ready >= desiredCount) stopUpTo(Infinity, (task) => task.isUnhealthy);

  const wanted = mayStart ? Math.max(0, desiredCount - usable.length) : 0;
  const room = () => Math.max(0, maximum - left().length);
  stopUpTo(wanted - room(), (task) => task.isUnhealthy);
  const healthy = left().filter((task) => task.isReady).length;
  stopUpTo(Math.min(wanted - room(), healthy - minimum), (task) => !task.isCurrent);
  return { stop: [...stop], start: Math.min(wanted, room()) };
}
