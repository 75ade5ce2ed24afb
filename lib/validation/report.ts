import type { Manifest } from "../manifest/manifest.ts";
import type { Finding, Severity } from "./finding.ts";

/** One run of validation. */
export interface Report {
  /** Of the manifest, as it was named. */
  readonly file: string;
  readonly stage: string;
  /** Whether the account was looked at, too. */
  readonly live: boolean;
  /** Absent: it could not be compiled, for reasons in the findings. */
  readonly manifest?: Manifest | undefined;
  readonly findings: readonly Finding[];
}

const order: readonly Severity[] = ["error", "warning", "note"];

/** Warnings and notes do not fail. */
export const isGood = ({ findings }: Report) =>
  findings.every(({ severity }) => severity !== "error");

function count({ findings }: Report, severity: Severity): number {
  return findings.filter((each) => each.severity === severity).length;
}

/** What will rotate, and how: a row for each secret. */
function rows({ secrets }: Manifest) {
  return Object.entries(secrets).map(([secret, entry]) => ({
    secret,
    credentials: entry.credentials.map(({ type, label }) => label ?? type),
    strategy: entry.credentials.map(({ strategy }) => strategy),
    schedule: entry.schedule.expression,
    window: entry.schedule.duration,
    consumers: entry.consumers,
  }));
}

/** For a reader. */
export function asText(report: Report): string {
  const { file, stage, manifest, findings } = report;
  const sorted = order.flatMap((severity) =>
    findings.filter((finding) => finding.severity === severity),
  );
  const checked = report.live ? "the manifest and the account" : "the manifest alone (see --live)";
  const counts = `${plural(count(report, "error"), "error")}, ${plural(count(report, "warning"), "warning")}, ${plural(count(report, "note"), "note")}`;
  return [
    `${file}, stage ${stage}: ${manifest ? rotating(manifest) : "not usable"}`,
    ...(manifest ? table(manifest) : []),
    "",
    ...sorted.flatMap(paragraph),
    `${isGood(report) ? "OK" : "NOT OK"}: ${counts}; checked: ${checked}.`,
  ].join("\n");
}

function rotating({ secrets }: Manifest): string {
  const { length } = Object.keys(secrets);
  return length === 0 ? "no secret rotates" : `${plural(length, "secret")} to rotate`;
}

const plural = (number: number, what: string) => `${number} ${what}${number === 1 ? "" : "s"}`;

/** `postgres × 2, generated`. */
function counted(types: readonly string[]): string {
  const times = (type: string) => types.filter((each) => each === type).length;
  const each = [...new Set(types)].map((type) => [type, times(type)] as const);
  return each.map(([type, count]) => (count > 1 ? `${type} × ${count}` : type)).join(", ");
}

function table(manifest: Manifest): readonly string[] {
  const all = rows(manifest);
  const scopes = [...new Set(all.flatMap(({ consumers }) => Object.keys(consumers)))];
  const cells = all.map(({ secret, credentials, strategy, schedule, window, consumers }) => [
    secret,
    counted(credentials),
    [...new Set(strategy)].join(", "),
    window ? `${schedule} for ${window}` : schedule,
    ...scopes.map((key) => consumers[key]?.join(", ") || "–"),
  ]);
  if (cells.length === 0) return [];
  const lines = [["secret", "credentials", "strategy", "schedule", ...scopes], ...cells];
  const widths = lines[0]?.map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  return lines.map((line) =>
    `  ${line.map((cell, column) => cell.padEnd(widths?.[column] ?? 0)).join("  ")}`.trimEnd(),
  );
}

function paragraph({ severity, code, secret, what, remedy }: Finding): readonly string[] {
  const about = secret ? `${secret}: ` : "";
  return [
    `${severity.padEnd("warning".length)}  ${about}${what} [${code}]`,
    ...(remedy ? [`         → ${remedy}`] : []),
    "",
  ];
}

/** For a program: one object. */
export function asJson(report: Report): string {
  const { file, stage, live, manifest, findings } = report;
  const counts = {
    errors: count(report, "error"),
    warnings: count(report, "warning"),
    notes: count(report, "note"),
  };
  const secrets = manifest
    ? rows(manifest).map(({ consumers, ...row }) => ({ ...row, ...consumers }))
    : [];
  return JSON.stringify({ file, stage, live, ok: isGood(report), ...counts, secrets, findings });
}
