import type { ConsumerScope } from "../manifest/manifest.ts";
import type { ConsumerType, ConsumerView } from "./consumer.ts";

/** Looks at the consumers of all types. @throws as `ConsumerType.look` */
export async function lookAt(
  types: readonly ConsumerType[],
  scopes: readonly ConsumerScope[],
  signal: AbortSignal,
): Promise<ConsumerView> {
  const views = new Map<string, ConsumerView>();
  for (const type of types) views.set(type.name, await type.look(scopes, signal));
  return {
    async find(secret, promotion, scope) {
      const found = [];
      for (const view of views.values()) found.push(await view.find(secret, promotion, scope));
      return {
        consumers: found.flatMap(({ consumers }) => consumers),
        blind: found.flatMap(({ blind }) => blind),
      };
    },
    async roll(consumer) {
      await views.get(consumer.type)?.roll(consumer);
    },
  };
}
