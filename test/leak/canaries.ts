/** How much of a canary counts: a text that is cut off behind it gives enough of it away. */
const counted = 16;
/** Of every needle, by which they are looked up. */
const keyLength = 8;

/**
 * Values that must not be found, in whichever form a text may hold them: raw, escaped in JSON (once, and once
 * more inside a string of JSON), percent-encoded, base64 (at each alignment) and hex.
 */
export class Canaries {
  readonly #values = new Set<string>();
  readonly #needles = new Map<string, Map<string, string>>();

  /** @param name for the report of a leak, which must not be one itself */
  add(name: string, value: string): void {
    if (this.#values.has(value)) return;
    if (value.length < counted) throw new Error(`${name} is too short to be found for certain.`);
    this.#values.add(value);
    for (const [form, text] of formsOf(value)) {
      const needle = text.slice(0, counted);
      const key = needle.slice(0, keyLength);
      const sameKey = this.#needles.get(key) ?? new Map<string, string>();
      if (!sameKey.has(needle)) sameKey.set(needle, `${name} (${form})`);
      this.#needles.set(key, sameKey);
    }
  }

  get size(): number {
    return this.#values.size;
  }

  /** Names of those that the text holds, with the form. One pass, however many there are. */
  in(text: string): string[] {
    const found = new Set<string>();
    for (let at = 0; at + keyLength <= text.length; at += 1) {
      const sameKey = this.#needles.get(text.slice(at, at + keyLength));
      for (const [needle, name] of sameKey ?? []) if (text.startsWith(needle, at)) found.add(name);
    }
    return [...found];
  }
}

export function formsOf(value: string): [form: string, text: string][] {
  const escaped = (text: string) => JSON.stringify(text).slice(1, -1);
  const bytes = Buffer.from(value);
  return [
    ["raw", value],
    ["JSON", escaped(value)],
    ["JSON in JSON", escaped(escaped(value))],
    ["ASCII JSON", escaped(value).replace(/[^\x20-\x7e]/g, escapeUnit)],
    ["URL", encodeURIComponent(value)],
    ["form", new URLSearchParams([["", value]]).toString().slice(1)],
    ["hex", bytes.toString("hex")],
    ["HEX", bytes.toString("hex").toUpperCase()],
    ...[0, 1, 2].map((before): [string, string] => ["base64", aligned(bytes, before)]),
  ];
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** What of the base64 of a text depends on these bytes alone, when this many, modulo three, stand before. */
function aligned(bytes: Buffer, before: number): string {
  const whole = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
  return whole.slice(before === 0 ? 0 : before + 1, -4);
}
