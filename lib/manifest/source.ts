import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument, visit } from "yaml";
import { InvalidManifest } from "./errors.ts";
import { type Path, type Remark, remarkText } from "./remark.ts";

type Located = Required<Remark>;

/** The text of the manifest with the remarks on it, each at its line. */
export class Source {
  readonly file: string;
  readonly #problems: Located[] = [];
  readonly #warnings: Located[] = [];
  readonly #lines = new LineCounter();
  readonly #document: Document;

  /** @throws InvalidManifest if it is not text, or not YAML */
  constructor(file: string, bytes: Uint8Array) {
    this.file = file;
    const text = textIn(bytes);
    // The parser compares each key with all before it, which takes it minutes for thousands of secrets.
    const options = { lineCounter: this.#lines, prettyErrors: false, uniqueKeys: false };
    this.#document = parseDocument(text ?? "", options);
    if (text === undefined)
      this.#add(this.#problems, 0, [], "it is not UTF-8 text: save it as UTF-8");
    this.throwProblems();
    for (const { pos, code, message } of this.#document.errors)
      this.#add(this.#problems, pos[0], [], remedies[code] ?? message);
    this.#findAmbiguities();
    this.throwProblems();
  }

  /** Keys that occur twice, and aliases of nothing, or of what they stand in. */
  #findAmbiguities(): void {
    visit(this.#document, {
      Map: (_, { items }) => {
        const names = new Set<unknown>();
        for (const { key } of items) {
          if (!isScalar(key)) continue;
          if (names.has(key.value))
            this.#add(this.#problems, key.range?.[0] ?? 0, [], duplicateKey(String(key.value)));
          names.add(key.value);
        }
      },
      Alias: (_, alias, parents) => {
        const meant = alias.resolve(this.#document);
        if (meant && !parents.includes(meant)) return;
        const remedy = meant
          ? `*${alias.source} is inside the value that it refers to, which never ends: write the value itself`
          : `*${alias.source} refers to no anchor: add &${alias.source} above, at the value that is meant`;
        this.#add(this.#problems, alias.range?.[0] ?? 0, [], remedy);
      },
    });
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

  /** Adds a problem. The same problem at the same place counts once. */
  complain(path: Path, message: string): void {
    this.#add(this.#problems, this.#offset(path), path, message);
  }

  /** Adds a warning, about something that is allowed but probably a mistake. */
  warn(path: Path, message: string): void {
    this.#add(this.#warnings, this.#offset(path), path, message);
  }

  /** Adds the problems of another file that this one names. */
  include({ problems }: InvalidManifest): void {
    for (const { file = this.file, line = 1, path, message } of problems)
      this.#note(this.#problems, { file, line, path, message });
  }

  get warnings(): readonly Remark[] {
    return sorted(this.#warnings);
  }

  /** @throws InvalidManifest if there are any */
  throwProblems(): void {
    if (this.#problems.length > 0) throw this.#invalid();
  }

  #invalid(): InvalidManifest {
    return new InvalidManifest(sorted(this.#problems));
  }

  /** Of the key or list item, or of the nearest parent that exists. */
  #offset(path: Path): number {
    if (path.length === 0) return 0;
    const parent = this.#document.getIn(path.slice(0, -1), true);
    const name = String(path.at(-1));
    const key = isMap(parent)
      ? parent.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === name)?.key
      : this.#document.getIn(path, true);
    return isNode(key) && key.range ? key.range[0] : this.#offset(path.slice(0, -1));
  }

  #add(to: Located[], offset: number, path: Path, message: string): void {
    const { line } = this.#lines.linePos(offset);
    this.#note(to, { file: this.file, line, path, message });
  }

  #note(to: Located[], remark: Located): void {
    if (!to.some((other) => remarkText(other) === remarkText(remark))) to.push(remark);
  }
}

/** From the top of the file to its end. */
const sorted = (remarks: readonly Located[]) =>
  remarks.toSorted((one, other) => one.line - other.line);

/** Without the mark at its beginning; `undefined` where it is in another encoding. */
function textIn(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return text.includes("\0") ? undefined : text;
  } catch {
    return undefined;
  }
}

const duplicateKey = (key: string) => `the key ${key} occurs twice: remove one of them`;

/** For errors whose message in the parser has no remedy. */
const remedies: Readonly<Record<string, string | undefined>> = {
  TAB_AS_INDENT: "tabs cannot indent YAML: use spaces",
  RESOURCE_EXHAUSTION: "it is nested too deeply to be a manifest",
  MULTIPLE_DOCS: "a second document begins here (---): a manifest is a single document",
};
