import type { Node } from "jsonc-parser";
import { FieldInvalid, FieldMissing, SecretNotJson, SecretNotPlain } from "./errors.ts";
import { pathOf, whole } from "./field.ts";
import { nodeAt, objectIn, textsIn } from "./json.ts";
import { Secret } from "./secret.ts";

/** A JSON object with fields, or a text that is the credential itself. */
export type Shape = "json" | "plain";

/**
 * A secret's text with the few fields that a rotation reads and replaces. Replacing edits the text itself:
 * white space, the order of the fields, numbers of any size and everything unknown stay byte for byte. Plain
 * text has one field, `whole`; a trailing newline (shells add one) is not part of the value and is kept.
 */
export class SecretDocument {
  /** For messages, e.g. `AWSCURRENT of production/database/primary`. */
  readonly where: string;
  readonly shape: Shape;
  readonly #text: string;
  /** Of JSON. */
  readonly #root: Node | undefined;

  /** @throws SecretNotJson, SecretNotPlain */
  constructor(where: string, text: Secret<string>, shape: Shape = "json") {
    this.where = where;
    this.shape = shape;
    this.#text = text.reveal();
    const root = objectIn(this.#text);
    if (shape === "json" && !root) throw new SecretNotJson(where);
    if (shape === "plain" && root) throw new SecretNotPlain(where);
    this.#root = root;
  }

  get text(): Secret<string> {
    return new Secret(this.#text);
  }

  /** In bytes of UTF-8. */
  get size(): number {
    return Buffer.byteLength(this.#text);
  }

  has(field: string): boolean {
    return this.#span(field) !== undefined;
  }

  /** Whether a field is there and holds neither `null` nor an empty string. */
  isFilled(field: string): boolean {
    const found = this.#span(field);
    if (!found?.node) return found !== undefined && found.length > 0;
    return found.node.type !== "null" && found.node.value !== "";
  }

  /**
   * A string, or a number as it is written; `undefined` when the field is absent.
   * @throws FieldInvalid when it is neither, or stands there twice
   */
  read(field: string): string | undefined {
    const found = this.#span(field);
    if (!found) return undefined;
    const { node, offset, length } = found;
    if (!node || node.type === "number") return this.#text.slice(offset, offset + length);
    if (node.type === "string") return node.value;
    throw new FieldInvalid(this.where, field, "a string or a number");
  }

  /** As `read`; `undefined` also when the field is `null` or empty. */
  readFilled(field: string): string | undefined {
    return this.isFilled(field) ? this.read(field) : undefined;
  }

  /** Names of the fields on the first level that hold a filled-in string or a number. */
  fields(): readonly string[] {
    const names = (this.#root?.children ?? []).map(({ children }) => String(children?.[0]?.value));
    return [...new Set(names)].filter((name) => this.value(name));
  }

  /** Every string in the document with the field that holds it: its name, or a JSON Pointer where it is nested. */
  *texts(): Generator<readonly [field: string, text: string]> {
    if (this.#root) yield* textsIn(this.#root, []);
    else yield [whole, this.#text];
  }

  /**
   * As `read`, kept out of sight, with its length in characters; `undefined` when the field holds neither a
   * filled-in string nor a number.
   * @throws FieldInvalid when it stands there twice
   */
  value(field: string): { readonly value: Secret<string>; readonly length: number } | undefined {
    const type = this.#span(field)?.node?.type;
    const text = type === "string" || type === "number" ? this.read(field) : undefined;
    return text ? { value: new Secret(text), length: text.length } : undefined;
  }

  /**
   * The same document with other strings in fields that it has.
   * @throws FieldMissing if a field is missing
   */
  with(values: ReadonlyMap<string, Secret<string>>): SecretDocument {
    const edits = [...values].map(([field, value]) => {
      const found = this.#span(field);
      if (!found) throw new FieldMissing(this.where, `field ${JSON.stringify(field)}`);
      return { ...found, field, value: value.reveal() };
    });
    let text = this.#text;
    let limit = text.length;
    for (const { field, node, offset, length, value } of edits.toSorted(
      (a, b) => b.offset - a.offset,
    )) {
      if (offset + length > limit) throw new FieldInvalid(this.where, field, "a place of its own");
      limit = offset;
      const written = node ? JSON.stringify(value) : value;
      text = text.slice(0, offset) + written + text.slice(offset + length);
    }
    return this.#changed(text);
  }

  /**
   * As `with`, for one field that may be absent: it is added behind its siblings, spaced as they are.
   * @throws FieldInvalid when the object that it belongs into is absent
   */
  withAdded(field: string, value: Secret<string>): SecretDocument {
    if (this.has(field)) return this.with(new Map([[field, value]]));
    const path = pathOf(field) ?? [];
    const parent = this.#node(path.slice(0, -1), field);
    if (parent?.type !== "object") throw new FieldInvalid(this.where, field, "inside an object");
    const entry = (between: string) =>
      `${JSON.stringify(String(path.at(-1)))}${between}${JSON.stringify(value.reveal())}`;
    const last = parent.children?.at(-1);
    const [key, sibling] = last?.children ?? [];
    if (!last || !key || !sibling) return this.#inserted(parent.offset + 1, entry(":"));
    const space = /\s*$/.exec(this.#text.slice(0, last.offset))?.[0] ?? "";
    const between = this.#text.slice(key.offset + key.length, sibling.offset);
    return this.#inserted(last.offset + last.length, `,${space}${entry(between)}`);
  }

  #inserted(offset: number, text: string): SecretDocument {
    return this.#changed(this.#text.slice(0, offset) + text + this.#text.slice(offset));
  }

  #changed(text: string): SecretDocument {
    return new SecretDocument(this.where, new Secret(text), this.shape);
  }

  /** Where a field's value stands in the text; with its node in JSON. */
  #span(field: string): { node?: Node; offset: number; length: number } | undefined {
    if (!this.#root) {
      const length = this.#text.replace(/(?:\r?\n)+$/, "").length;
      return field === whole ? { offset: 0, length } : undefined;
    }
    const path = pathOf(field);
    const node = path && this.#node(path, field);
    return node && { node, offset: node.offset, length: node.length };
  }

  /** @throws FieldInvalid when a step of the path leads to two */
  #node(path: readonly (string | number)[], field: string): Node | undefined {
    const node = this.#root && nodeAt(this.#root, path);
    if (node === "ambiguous") throw new FieldInvalid(this.where, field, "there only once");
    return node;
  }
}
