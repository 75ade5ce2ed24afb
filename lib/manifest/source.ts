import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument, visit } from "yaml";
import { InvalidManifest } from "./errors.ts";

/** Where in the manifest: the keys from its top. */
export type Path = readonly PropertyKey[];

interface Remark {
  readonly line: number;
  readonly text: string;
}

/** The text of the manifest with what was found in it, each at its line. */
export class Source {
  readonly file: string;
  readonly #problems: Remark[] = [];
  readonly #warnings: Remark[] = [];
  readonly #lines = new LineCounter();
  readonly #document: Document;

  /** @throws InvalidManifest for what is no YAML */
  constructor(file: string, text: string) {
    this.file = file;
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false });
    for (const { pos, code, message } of this.#document.errors) {
      const key = /^[^:\n]*/.exec(text.slice(pos[0]))?.[0].trim();
      this.#add(this.#problems, pos[0], [], remedies[code]?.(`${key}`) ?? message);
    }
    visit(this.#document, {
      Alias: (_, alias) => {
        if (alias.resolve(this.#document)) return;
        const remedy = `*${alias.source} names nothing: write &${alias.source} above, where it is meant`;
        this.#add(this.#problems, alias.range?.[0] ?? 0, [], remedy);
      },
    });
    this.throwProblems();
  }

  /** @throws InvalidManifest for aliases without end */
  value(): unknown {
    try {
      return this.#document.toJS();
    } catch (error) {
      this.complain([], error instanceof Error ? error.message : "cannot be read");
      throw this.#invalid();
    }
  }

  /** Said once, however often it is found. */
  complain(path: Path, message: string): void {
    this.#add(this.#problems, this.#offset(path), path, message);
  }

  /** Of what is allowed and yet probably not meant. */
  warn(path: Path, message: string): void {
    this.#add(this.#warnings, this.#offset(path), path, message);
  }

  get warnings(): readonly string[] {
    return texts(this.#warnings);
  }

  /** @throws InvalidManifest if there are any */
  throwProblems(): void {
    if (this.#problems.length > 0) throw this.#invalid();
  }

  #invalid(): InvalidManifest {
    return new InvalidManifest(texts(this.#problems));
  }

  /** Of the key or list item, or of the nearest one around it that is there. */
  #offset(path: Path): number {
    if (path.length === 0) return 0;
    const around = this.#document.getIn(path.slice(0, -1), true);
    const name = String(path.at(-1));
    const key = isMap(around)
      ? around.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === name)?.key
      : this.#document.getIn(path, true);
    return isNode(key) && key.range ? key.range[0] : this.#offset(path.slice(0, -1));
  }

  #add(to: Remark[], offset: number, path: Path, message: string): void {
    const { line } = this.#lines.linePos(offset);
    const where = path.length > 0 ? `${path.join(".")}: ` : "";
    const text = `${this.file}:${line}: ${where}${message}`;
    if (!to.some((remark) => remark.text === text)) to.push({ line, text });
  }
}

/** From the top of the file to its end. */
function texts(remarks: readonly Remark[]): string[] {
  return remarks.toSorted((one, other) => one.line - other.line).map(({ text }) => text);
}

/** Where the parser's own words do not say what to do. */
const remedies: Readonly<Record<string, ((key: string) => string) | undefined>> = {
  DUPLICATE_KEY: (key) => `the key ${key} stands here a second time: keep one of them`,
  TAB_AS_INDENT: () => "a tab cannot indent YAML: use spaces",
  MULTIPLE_DOCS: () => "a second document begins here (---): a manifest is a single one",
};
