const redacted = "[redacted]";

/**
 * A value that must not leave its place. However it is rendered (template string, JSON,
 * `console.log`, an error's properties) it reads `[redacted]`; only `reveal()` gives the value.
 */
export class Secret<T> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  /** Call it only where the value is used: in engines, providers, `aws/` and `credentials/`. */
  reveal(): T {
    return this.#value;
  }

  equals(other: Secret<T>): boolean {
    return this.#value === other.#value;
  }

  toString(): string {
    return redacted;
  }

  toJSON(): string {
    return redacted;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return redacted;
  }
}
