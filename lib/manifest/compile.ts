import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { CredentialSpec } from "../credentials/credential.ts";
import {
  defaultPolicy,
  entropyBits,
  minimumEntropy,
  type PasswordPolicy,
} from "../credentials/password.ts";
import type { Manifest } from "./manifest.ts";
import { clashes, completedMirror, type MirrorFile, mirrorProblems } from "./mirror.ts";
import { type CredentialEntry, manifestSchema, type SettlementEntry } from "./schema.ts";
import { type Path, Source } from "./source.ts";

/** What the manifest may name: the types of the registry. */
export interface Known {
  readonly types: readonly string[];
}

/** What it is compiled for. */
export interface For {
  readonly stage: string;
}

/**
 * Reads, checks and completes rotation.yml. For build time only: the functions carry the result.
 * @throws InvalidManifest with every problem: file, line, path and remedy
 */
export function compileManifest(file: string, known: Known, { stage }: For): Manifest {
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
    const mirror = mirrored(source, ["secrets", name, "mirror"], entry.mirror, stage);
    return [
      name,
      { ...settlement({ ...parsed.data.defaults, ...defined(entry) }), credentials, ...mirror },
    ] as const;
  });
  const mirrors = secrets.flatMap(([name, { mirror }]) =>
    mirror ? [[name, mirror] as const] : [],
  );
  for (const [name, at, problem] of clashes(mirrors))
    source.complain(["secrets", name, "mirror", ...at], problem);
  if (source.problems.length > 0) throw source.invalid();
  return { stage, secrets: Object.fromEntries(secrets), exempt: [] };
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
  const strategy = entry.strategy ?? (entry.admin ? "alternating-users" : "in-place");
  for (const [at, problem] of contradictions(entry, strategy))
    source.complain([...path, ...at], problem);
  const admin = typeof entry.admin === "string" ? { secret: entry.admin } : entry.admin;
  return {
    type: entry.type,
    strategy,
    admin,
    users: entry.users,
    fields: defined(entry.fields ?? {}),
    connection: entry.connection ?? {},
    urls: entry.urls ?? [],
    ca: authority(source, [...path, "ca"], entry.ca),
    passwordForm: entry.passwordForm ?? "verifier",
    password: policy(source, [...path, "password"], entry.password),
  };
}

function mirrored(source: Source, path: Path, said: MirrorFile | undefined, stage: string) {
  if (!said) return undefined;
  const mirror = completedMirror(said, stage);
  for (const [at, problem] of mirrorProblems(mirror)) source.complain([...path, ...at], problem);
  return { mirror };
}

const units: Readonly<Record<string, number>> = { s: 1e3, m: 60e3, h: 3600e3, d: 86_400e3 };

function milliseconds(duration: string): number {
  return Number.parseInt(duration, 10) * (units[duration.slice(-1)] ?? 0);
}

function settlement({ clusters = [], grace, deadline = "24h" }: SettlementEntry) {
  return {
    schedule: { expression: "rate(90 days)" },
    clusters,
    ...(grace !== undefined && { grace: milliseconds(grace) }),
    deadline: milliseconds(deadline),
  };
}

/** What cannot be together; paths are relative to the credential. */
function* contradictions(entry: CredentialEntry, strategy: string): Generator<[Path, string]> {
  if (!entry.strategy && !entry.admin)
    yield [
      [],
      "no strategy: name an admin secret (admin: …) for alternating-users, or add `strategy: in-place`, which means that new connections fail for a moment at each rotation",
    ];
  if (strategy !== "alternating-users") {
    if (entry.users) yield [["users"], "only alternating-users has two users: remove it"];
    return;
  }
  if (!entry.admin)
    yield [["strategy"], "alternating-users needs an administrator: name its secret under admin"];
  if (entry.connection?.username !== undefined)
    yield [
      ["connection", "username"],
      "alternating-users changes the user, so consumers must read it from the secret: add a field for it there",
    ];
}

function defined<T>(record: { [K in keyof T]: T[K] | undefined }): { [K in keyof T]?: T[K] } {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: T[K];
  };
}

function authority(source: Source, path: Path, ca: string | undefined): CredentialSpec["ca"] {
  if (ca === undefined || ca === "system" || ca === "rds") return ca;
  try {
    const certificates = readCertificates(resolve(dirname(source.file), ca));
    if (certificates.length > 0) return { pem: certificates.join("\n") };
    source.complain(path, `${ca} holds no PEM certificate`);
  } catch (error) {
    source.complain(
      path,
      error instanceof Error && "syscall" in error
        ? `cannot read ${ca} (it is looked for beside the manifest)`
        : `${ca} holds a certificate that cannot be read`,
    );
  }
  return undefined;
}

/** Certificates only: a private key beside them in the file must not reach the bundle. */
function readCertificates(file: string): readonly string[] {
  const certificate = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
  const found = readFileSync(file, "utf8").match(certificate) ?? [];
  // Trusting none of them, silently, is what TLS does with one that it cannot read.
  return found.map((pem) => new X509Certificate(pem).toString().trim());
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
  const required = new Set(entry.require ?? (["lower", "upper", "digit"] as const));
  const groups: string[] = [];
  for (const kind of required) {
    const group = [...characters].filter((character) => kinds[kind].test(character)).join("");
    if (group !== "") groups.push(group);
    else
      source.complain(
        path,
        `characters has no ${kind}: add some, or say in require what must occur`,
      );
  }
  const made = { length: entry.length ?? defaultPolicy.length, characters, require: groups };
  const bits = entropyBits(made);
  if (bits < minimumEntropy) {
    const length = Math.ceil(minimumEntropy / Math.log2(characters.length)) + 1;
    const longer = characters.length > 1 ? `set length to ${length} or ` : "";
    source.complain(
      path,
      `passwords of this form carry ${bits.toFixed(1)} bits, ${minimumEntropy} are required: ${longer}allow more characters`,
    );
  }
  return made;
}
