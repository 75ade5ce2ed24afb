import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type Document, isNode, LineCounter, parseDocument } from "yaml";
import type { CredentialSpec } from "../credentials/credential.ts";
import {
  defaultPolicy,
  entropyBits,
  minimumEntropy,
  type PasswordPolicy,
} from "../credentials/password.ts";
import { InvalidManifest } from "../errors.ts";
import type { Manifest } from "./manifest.ts";
import { type CredentialEntry, manifestSchema } from "./schema.ts";

type Path = readonly PropertyKey[];

/** What the manifest may name: the types of the registry. */
export interface Known {
  readonly types: readonly string[];
}

/**
 * Reads, checks and completes rotation.yml. For build time only: the functions carry the result.
 * @throws InvalidManifest with every problem: file, line, path and remedy
 */
export function compileManifest(file: string, known: Known): Manifest {
  const source = new Source(file, readFileSync(file, "utf8"));
  const parsed = manifestSchema.safeParse(source.value());
  if (!parsed.success) {
    for (const issue of parsed.error.issues) source.complain(issue.path, issue.message);
    throw source.invalid();
  }
  const secrets = Object.entries(parsed.data.secrets).map(([name, entry]) => {
    const credentials = entry.credentials.map((credential, index) =>
      completed(source, known, ["secrets", name, "credentials", index], credential),
    );
    return [name, { credentials }] as const;
  });
  if (source.problems.length > 0) throw source.invalid();
  return { secrets: Object.fromEntries(secrets) };
}

function completed(
  source: Source,
  known: Known,
  path: Path,
  entry: CredentialEntry,
): CredentialSpec {
  if (!known.types.includes(entry.type))
    source.complain(
      [...path, "type"],
      `unknown type ${JSON.stringify(entry.type)}; known: ${known.types.join(", ")}`,
    );
  if (!entry.strategy)
    source.complain(
      path,
      "no strategy: add `strategy: in-place`, which means that new connections fail for a moment at each rotation",
    );
  return {
    type: entry.type,
    strategy: entry.strategy ?? "",
    fields: defined(entry.fields ?? {}),
    connection: entry.connection ?? {},
    urls: entry.urls ?? [],
    ca: authority(source, [...path, "ca"], entry.ca),
    passwordForm: entry.passwordForm ?? "verifier",
    password: policy(source, [...path, "password"], entry.password),
  };
}

function defined<T>(record: { [K in keyof T]: T[K] | undefined }): { [K in keyof T]?: T[K] } {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: T[K];
  };
}

function authority(source: Source, path: Path, ca: string | undefined): CredentialSpec["ca"] {
  if (ca === undefined || ca === "system" || ca === "rds") return ca;
  try {
    const pem = readFileSync(resolve(dirname(source.file), ca), "utf8");
    if (pem.includes("-----BEGIN CERTIFICATE-----")) return { pem };
    source.complain(path, `${ca} holds no PEM certificate`);
  } catch {
    source.complain(path, `cannot read ${ca} (it is looked for beside the manifest)`);
  }
  return undefined;
}

const kinds = {
  lower: /[a-z]/,
  upper: /[A-Z]/,
  digit: /[0-9]/,
  symbol: /[^a-zA-Z0-9]/,
};

function policy(source: Source, path: Path, entry: CredentialEntry["password"]): PasswordPolicy {
  if (!entry) return defaultPolicy;
  const characters = [...new Set(entry.characters ?? defaultPolicy.characters)].join("");
  const required = entry.require ?? (["lower", "upper", "digit"] as const);
  const groups = required.map((kind) =>
    [...characters].filter((character) => kinds[kind].test(character)).join(""),
  );
  const made = { length: entry.length ?? defaultPolicy.length, characters, require: groups };
  const bits = entropyBits(made);
  if (bits < minimumEntropy) {
    const length = Math.ceil(minimumEntropy / Math.log2(Math.max(characters.length, 2))) + 1;
    source.complain(
      path,
      `passwords of this form carry ${bits.toFixed(1)} bits, ${minimumEntropy} are required: set length to ${length} or allow more characters`,
    );
  }
  return made;
}

/** The text of the manifest with the problems found in it, each at its line. */
class Source {
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

  value(): unknown {
    return this.#document.toJS();
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
