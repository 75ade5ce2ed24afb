/** Goes on at once where there is nothing to wait for, so that a simulation stays the same from run to run. */
export function continued<T, U>(
  done: Promise<T> | T,
  next: (value: T) => Promise<U> | U,
): Promise<U> | U {
  return done instanceof Promise ? done.then(next) : next(done);
}
