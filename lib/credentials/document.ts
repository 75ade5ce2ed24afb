import { findNodeAtLocation, type Node, type ParseError, parseTree } from "jsonc-parser";
import { FieldInvalid, SecretNotJson } from "../errors.ts";
import { Secret } from "./secret.ts";

/**
 * A secret's JSON text with the few fields that a rotation reads and replaces. Replacing edits the text
 * itself: white space, the order of the fields, numbers of any size and everything unknown stay byte for
 * byte.
 */
export class SecretDocument {
  /** For messages, e.g. `AWSCURRENT of production/database/primary`. */
  readonly where: string;
  readonly #text: string;
  readonly #root: Node;

  /** @throws SecretNotJson */
  constructor(where: string, text: Secret<string>) {
    const errors: ParseError[] = [];
    const root = parseTree(text.reveal(), errors, { disallowComments: true });
    if (root?.type !== "object" || errors.length > 0) throw new SecretNotJson(where);
    this.where = where;
    this.#text = text.reveal();
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
    return findNodeAtLocation(this.#root, [field]) !== undefined;
  }

  /**
   * A string, or a number as it is written; `undefined` when the field is absent.
   * @throws FieldInvalid when it is neither, or stands there twice
   */
  read(field: string): string | undefined {
    const node = this.#node(field);
    if (!node) return undefined;
    if (node.type === "string") return node.value;
    if (node.type === "number") return this.#text.slice(node.offset, node.offset + node.length);
    throw new FieldInvalid(this.where, field, "a string or a number");
  }

  /** Names of the fields on the first level that hold a filled-in string or a number. */
  fields(): readonly string[] {
    const names = (this.#root.children ?? []).map(({ children }) => String(children?.[0]?.value));
    return [...new Set(names)].filter((name) => this.value(name));
  }

  /**
   * As `read`, kept out of sight, with its length in characters; `undefined` when the field holds neither a
   * filled-in string nor a number.
   * @throws FieldInvalid when it stands there twice
   */
  value(field: string): { readonly value: Secret<string>; readonly length: number } | undefined {
    const type = this.#node(field)?.type;
    const text = type === "string" || type === "number" ? this.read(field) : undefined;
    return text ? { value: new Secret(text), length: text.length } : undefined;
  }

  /** The same document with other strings in fields that it has. */
  with(values: ReadonlyMap<string, Secret<string>>): SecretDocument {
    const edits = [...values].map(([field, value]) => ({ node: this.#node(field), field, value }));
    let text = this.#text;
    for (const { node, field, value } of edits.toSorted(
      (a, b) => (b.node?.offset ?? 0) - (a.node?.offset ?? 0),
    )) {
      if (!node) throw new FieldInvalid(this.where, field, "there");
      const after = text.slice(node.offset + node.length);
      text = text.slice(0, node.offset) + JSON.stringify(value.reveal()) + after;
    }
    return new SecretDocument(this.where, new Secret(text));
  }

  /** JSON.parse takes the last of two fields with one name, other parsers the first: refuse to guess. */
  #node(field: string): Node | undefined {
    const properties = this.#root.children ?? [];
    if (properties.filter((property) => property.children?.[0]?.value === field).length > 1)
      throw new FieldInvalid(this.where, field, "there only once");
    return findNodeAtLocation(this.#root, [field]);
  }
}
