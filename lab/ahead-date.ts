/** A `Date` whose present is so many milliseconds ahead of the machine's. */
export function aheadDate(ahead: () => number): DateConstructor {
  const machine = globalThis.Date;
  const now = () => machine.now() + ahead();
  return new Proxy(machine, {
    construct: (target, input, newTarget) =>
      Reflect.construct(target, input.length === 0 ? [now()] : input, newTarget),
    get: (target, key) => (key === "now" ? now : Reflect.get(target, key)),
  });
}
