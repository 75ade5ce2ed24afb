/**
 * What stands at a JSON Pointer (RFC 6901) of a reply; `undefined`: nothing. A step `[key=value]` selects the item of a
 * list whose `key` has that value, and nothing where several have: providers do not promise an order.
 */
export function at(reply: unknown, pointer: string): unknown {
  let found = reply;
  for (const step of pointer.split("/").slice(1)) {
    found = inside(found, step.replaceAll("~1", "/").replaceAll("~0", "~"));
    if (found === undefined) return undefined;
  }
  return found;
}

/** The first that is there and not `null`. */
export function atFirst(reply: unknown, pointers: Pointers): unknown {
  const all = typeof pointers === "string" ? [pointers] : pointers;
  const found = all.map((pointer) => at(reply, pointer));
  return found.find((each) => each !== undefined && each !== null) ?? found.find(isNull);
}

export type Pointers = string | readonly string[];

const isNull = (value: unknown) => value === null;

function inside(value: unknown, step: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  if (!Array.isArray(value))
    return Object.hasOwn(value, step) ? Reflect.get(value, step) : undefined;
  const [, key, wanted] = /^\[([^=\]]+)=([^\]]*)\]$/.exec(step) ?? [];
  if (key === undefined) return /^(0|[1-9]\d*)$/.test(step) ? value[Number(step)] : undefined;
  const fitting = value.filter((item) => String(inside(item, key)) === wanted);
  return fitting.length === 1 ? fitting[0] : undefined;
}
