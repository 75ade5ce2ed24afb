import { inspect } from "node:util";

/**
 * Everything that a logger, Lambda's runtime or a debugger could make of something thrown: for searching
 * it for values that must not be there.
 */
export function everyRendering(thrown: unknown): string {
  const texts = [
    String(thrown),
    inspect(thrown, { depth: null, showHidden: true, getters: true, maxStringLength: null }),
    inspect(thrown, { depth: null, customInspect: false, maxStringLength: null }),
    JSON.stringify(thrown),
  ];
  for (let one = thrown; one instanceof Error; one = one.cause)
    texts.push(one.message, `${one.stack}`, JSON.stringify(Object.getOwnPropertyDescriptors(one)));
  return texts.join("\n");
}
