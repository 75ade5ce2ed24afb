import type { Path } from "./remark.ts";

/** The keys of one place in the manifest. */
export interface Layer {
  readonly path: Path;
  readonly keys: object;
}

/** The value that counts, and where it stands. */
export interface Value<V> {
  readonly value: V;
  readonly path: Path;
  /** 0 for the nearest place. */
  readonly depth: number;
}

/** The same keys in several places. The nearest place comes first, and wins. */
export class Layers<T extends object> {
  readonly #layers: readonly Layer[];

  constructor(layers: readonly Layer[]) {
    this.#layers = layers;
  }

  under<N extends T>(layer: Layer & { readonly keys: N }): Layers<N> {
    return new Layers<N>([layer, ...this.#layers]);
  }

  find<K extends string>(
    key: K,
  ): Value<K extends keyof T ? NonNullable<T[K]> : unknown> | undefined {
    for (const [depth, { path, keys }] of this.#layers.entries()) {
      const value = Object.hasOwn(keys, key) ? Reflect.get(keys, key) : undefined;
      if (value !== undefined && value !== null) return { value, path: [...path, key], depth };
    }
    return undefined;
  }

  value<K extends string>(key: K) {
    return this.find(key)?.value;
  }
}
