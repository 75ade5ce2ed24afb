import { milliseconds } from "../../manifest/duration.ts";
import type { CredentialEntry } from "../../manifest/type.ts";
import { whole } from "../../secret/field.ts";
import type { GeneratedKeys } from "./keys.ts";
import { type Format, formatEntropy, type GeneratedSpec } from "./value.ts";

/** Of a generated value, in bits: nobody guesses 128. A UUID has 122, which is what `uuid` asks for. */
const minimumEntropy = 128;

type GeneratedEntry = CredentialEntry<GeneratedKeys>;

/** The generated value that an entry of rotation.yml means. */
export function completeGenerated(entry: GeneratedEntry): GeneratedSpec {
  previousProblems(entry);
  const {
    field,
    prefix = "",
    previous,
    previousExpiresAt,
    overlap = "24h",
    overwrite,
  } = entry.keys;
  return {
    type: entry.type,
    strategy: "generate",
    traits: { oldWorksBeside: previous !== undefined, changesUsername: false, switches: false },
    field: field ?? whole,
    prefix,
    format: formatOf(entry),
    ...(overwrite && { overwrite }),
    ...(previous !== undefined && {
      previous: {
        field: previous,
        expiresAt: previousExpiresAt,
        overlap: milliseconds(overlap),
      },
    }),
  };
}

function previousProblems({ keys, complain }: GeneratedEntry): void {
  const { field, previous, previousExpiresAt, overlap } = keys;
  for (const key of ["previousExpiresAt", "overlap"] as const)
    if (keys[key] !== undefined && previous === undefined)
      complain([key], "needs a previous value: name the field that keeps it under previous");
  if (overlap !== undefined && previous && previousExpiresAt === undefined)
    complain(["overlap"], "is stored nowhere: name a field for it under previousExpiresAt");
  if (previous !== undefined && field === undefined)
    complain(
      ["previous"],
      "needs a secret with fields: name the field of the value itself under field",
    );
  const taken = new Map<string, string>();
  for (const role of ["field", "previous", "previousExpiresAt"] as const) {
    const name = keys[role];
    if (name === undefined) continue;
    const other = taken.get(name);
    if (other)
      complain(
        [role],
        `the field ${name} is already this credential's ${other}: name another field`,
      );
    taken.set(name, role);
  }
}

function formatOf({ keys, complain }: GeneratedEntry): Format {
  const { format: kind, bytes, length } = keys;
  if (kind === undefined)
    complain(
      [],
      "no format: write what the value looks like, e.g. `format: hex` (or base64, base64url, alphanumeric, uuid)",
    );
  const countsBytes = kind === "hex" || kind === "base64" || kind === "base64url";
  if (bytes !== undefined && kind && !countsBytes)
    complain(
      ["bytes"],
      `${kind} is not measured in bytes: ${kind === "uuid" ? "remove it" : "use length"}`,
    );
  if (length !== undefined && kind && kind !== "alphanumeric")
    complain(
      ["length"],
      countsBytes
        ? `${kind} is measured in bytes: use bytes`
        : `${kind} has a fixed length: remove it`,
    );
  if (kind === "uuid") return { kind };
  const format: Format =
    kind === "alphanumeric"
      ? { kind, length: length ?? 32 }
      : { kind: kind ?? "hex", bytes: bytes ?? 32 };
  const bits = formatEntropy(format);
  if (bits < minimumEntropy)
    complain(
      [kind === "alphanumeric" ? "length" : "bytes"],
      `gives ${Math.floor(bits)} bits of entropy, at least ${minimumEntropy} are required: use ${kind === "alphanumeric" ? "length: 22" : "bytes: 16"} or more`,
    );
  return format;
}
