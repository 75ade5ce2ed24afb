/** What `make` returns, made when it is first asked for. A client takes milliseconds that a cold start saves. */
export function onDemand<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
