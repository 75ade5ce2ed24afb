import type { Path } from "./source.ts";

/** What is said in one place of the manifest. */
export interface Layer<T> {
  readonly path: Path;
  readonly said: Partial<T>;
}

/** What holds, and where it was said. */
export interface Said<V> {
  readonly value: V;
  readonly path: Path;
  /** 0 for the nearest place. */
  readonly depth: number;
}

/** The same keys said in several places, the nearest first, which wins. */
export class Layers<T extends object> {
  readonly #layers: readonly Layer<T>[];

  constructor(layers: readonly Layer<T>[]) {
    this.#layers = layers;
  }

  under<N extends T>(layer: Layer<N>): Layers<N> {
    return new Layers<N>([layer, ...(this.#layers as readonly Layer<N>[])]);
  }

  find<K extends keyof T & string>(key: K): Said<NonNullable<T[K]>> | undefined {
    for (const [depth, { path, said }] of this.#layers.entries()) {
      const value = said[key];
      if (value !== undefined && value !== null) return { value, path: [...path, key], depth };
    }
    return undefined;
  }

  value<K extends keyof T & string>(key: K): NonNullable<T[K]> | undefined {
    return this.find(key)?.value;
  }
}
