import { type Document, isNode, LineCounter, parseDocument } from "yaml";
import { InvalidManifest } from "../errors.ts";

/** Where in the manifest: the keys from its top. */
export type Path = readonly PropertyKey[];

/** The text of the manifest with the problems found in it, each at its line. */
export class Source {
  readonly file: string;
  readonly problems: string[] = [];
  readonly #lines = new LineCounter();
  readonly #document: Document;

  constructor(file: string, text: string) {
    this.file = file;
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false });
    for (const { pos, message } of this.#document.errors) this.#add(pos[0], "", message);
    if (this.problems.length > 0) throw this.invalid();
  }

  /** @throws InvalidManifest for an alias without its anchor, which parsing lets through */
  value(): unknown {
    try {
      return this.#document.toJS();
    } catch (error) {
      this.complain([], error instanceof Error ? error.message : "cannot be read");
      throw this.invalid();
    }
  }

  complain(path: Path, message: string): void {
    this.#add(this.#offset(path), path.join("."), message);
  }

  invalid(): InvalidManifest {
    return new InvalidManifest(this.problems);
  }

  /** Of the node, or of the nearest one around it that is there. */
  #offset(path: Path): number {
    const node = this.#document.getIn(path, true);
    if (isNode(node) && node.range) return node.range[0];
    return path.length > 0 ? this.#offset(path.slice(0, -1)) : 0;
  }

  #add(offset: number, path: string, message: string): void {
    const { line } = this.#lines.linePos(offset);
    this.problems.push(`${this.file}:${line}: ${path ? `${path}: ` : ""}${message}`);
  }
}
