import { InvalidManifest } from "../lib/manifest/errors.ts";
import { type CompiledTemplate, type Limit, limits, remedies } from "./limits.ts";

/** Bytes of a function's package. */
export interface PackageSize {
  readonly zipped: number;
  readonly unzipped: number;
}

/** How much of one of AWS's limits a deployment takes, where it takes most. */
export interface Figure {
  /** E.g. `managed policies of a role`. */
  readonly limit: string;
  readonly most: number;
  readonly value: number;
  /** The resource that takes most; absent: the template. */
  readonly of?: string | undefined;
  readonly remedy: string;
  /** It says nothing of how much more fits. */
  readonly isFilled?: true | undefined;
}

/** All limits, with what this deployment takes of them. @param packages by the function's name */
export function figures(
  template: CompiledTemplate,
  packages: Readonly<Record<string, PackageSize>> = {},
): readonly Figure[] {
  const { Resources, Outputs = {} } = template;
  const count = (limit: string, most: number, value: number): Figure => ({
    limit,
    most,
    value,
    remedy: remedies.divide,
  });
  const sizes = Object.entries(packages);
  const largest = (limit: string, most: number, size: (of: PackageSize) => number): Figure[] =>
    sizes.length === 0
      ? []
      : [
          {
            limit,
            most,
            ...top(sizes.map(([of, each]) => ({ of, value: size(each) }))),
            remedy: remedies.divide,
          },
        ];
  return [
    count("resources of a template", 500, Object.keys(Resources).length),
    count("bytes of a template", 1_048_576, Buffer.byteLength(JSON.stringify(template))),
    count("outputs of a template", 200, Object.keys(Outputs).length),
    ...limits.map((limit) => figure(limit, template)),
    ...largest("bytes of a zipped package", 52_428_800, ({ zipped }) => zipped),
    ...largest("bytes of an unzipped package", 262_144_000, ({ unzipped }) => unzipped),
  ];
}

function figure(
  { limit, most, type, count, remedy, isFilled }: Limit,
  template: CompiledTemplate,
): Figure {
  const values = Object.entries(template.Resources).flatMap(([of, { Type, Properties = {} }]) =>
    Type === type ? [{ of, value: count(Properties, template) }] : [],
  );
  return { limit, most, ...top(values), remedy, isFilled };
}

const top = (values: readonly { readonly of: string; readonly value: number }[]) =>
  values.reduce<Pick<Figure, "of" | "value">>(
    (most, each) => (each.value > most.value ? each : most),
    { value: 0 },
  );

/**
 * AWS would refuse the stack only after the upload, some of it half-made.
 * @throws InvalidManifest
 */
export function requireWithinLimits(all: readonly Figure[]): void {
  const exceeded = all.filter(({ value, most }) => value > most);
  if (exceeded.length === 0) return;
  throw new InvalidManifest(
    exceeded.map(({ limit, most, value, of, remedy }) => ({
      path: ["secrets"],
      message: `${of ? `${of} has` : "they make"} ${value} ${limit}, and AWS takes ${most}: ${remedy}`,
    })),
  );
}

const share = ({ value, most }: Figure) => value / most;

const percent = (each: Figure) => `${(100 * share(each)).toFixed(share(each) < 0.1 ? 1 : 0)} %`;

/** One line: how many limits there are, and which is nearest. */
export function limitsLine(all: readonly Figure[]): string {
  // A policy is filled before the next one is begun.
  const growing = all.filter(({ isFilled }) => !isFilled);
  const [nearest] = growing.toSorted((a, b) => share(b) - share(a));
  if (!nearest) return "";
  const { value, most, limit } = nearest;
  return `Within all ${all.length} limits of AWS that are checked; nearest is ${percent(nearest)}: ${value} of ${most} ${limit}. --verbose lists them.`;
}

/** Each limit with the figure beside it. */
export function limitsTable(all: readonly Figure[]): string {
  const rows = all.map((each) => [
    String(each.value),
    `of ${each.most}`,
    percent(each),
    `${each.limit}${each.of ? ` (${each.of})` : ""}`,
  ]);
  const widths = [0, 1, 2].map((column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows
    .map((row) => row.map((cell, column) => cell.padStart(widths[column] ?? 0)).join("  "))
    .join("\n");
}
