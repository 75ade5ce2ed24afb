import { type Format, formatEntropy, type GeneratedSpec } from "../rotators/generated/value.ts";
import { whole } from "../secret/field.ts";
import { type CredentialFile, loginKeys } from "./schema.ts";
import type { Path } from "./source.ts";
import { milliseconds } from "./timing.ts";

/** Of a generated value, in bits: nobody guesses 128. A UUID has 122, and who says `uuid` wants one. */
const minimumEntropy = 128;

/** The generated value that an entry means; what is wrong with it is told to `complain`, at a path within. */
export function generatedSpec(
  entry: CredentialFile,
  complain: (at: Path, problem: string) => void,
): GeneratedSpec {
  for (const key of loginKeys)
    if (key in entry && entry[key as keyof CredentialFile] !== undefined)
      complain([key], "belongs to a login, and type: generated is none: remove it");
  for (const key of ["previousExpiresAt", "overlap"] as const)
    if (entry[key] !== undefined && entry.previous === undefined)
      complain(
        [key],
        "says something of the value before: name the field that keeps it under previous",
      );
  if (entry.overlap !== undefined && entry.previous && entry.previousExpiresAt === undefined)
    complain(["overlap"], "is written nowhere: name a field for it under previousExpiresAt");
  if (entry.previous !== undefined && entry.field === undefined)
    complain(
      ["previous"],
      "needs a secret with fields: name the one of the value itself under field",
    );
  const { previous, previousExpiresAt: expiresAt, overlap = "24h" } = entry;
  return {
    type: "generated",
    strategy: "generate",
    traits: { oldWorksBeside: previous !== undefined, changesUsername: false, switches: false },
    field: entry.field ?? whole,
    prefix: entry.prefix ?? "",
    format: formatOf(entry, complain),
    ...(previous !== undefined && {
      previous: { field: previous, expiresAt, overlap: milliseconds(overlap) },
    }),
  };
}

function formatOf(entry: CredentialFile, complain: (at: Path, problem: string) => void): Format {
  const { format: kind, bytes, length } = entry;
  if (kind === undefined)
    complain(
      [],
      "no format: say how the value looks, e.g. `format: hex` (or base64, base64url, alphanumeric, uuid)",
    );
  const countsBytes = kind === "hex" || kind === "base64" || kind === "base64url";
  if (bytes !== undefined && kind && !countsBytes)
    complain(["bytes"], `${kind} counts no bytes: ${kind === "uuid" ? "remove it" : "say length"}`);
  if (length !== undefined && kind && kind !== "alphanumeric")
    complain(
      ["length"],
      `${kind} has its length by itself: ${countsBytes ? "say bytes" : "remove it"}`,
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
      `gives ${Math.floor(bits)} bits, ${minimumEntropy} are required: say ${kind === "alphanumeric" ? "length: 22" : "bytes: 16"} or more`,
    );
  return format;
}
