import { styleText } from "node:util";
import type { Row } from "./rows.ts";

const columns: readonly (readonly [string, (row: Row) => string, ("left" | "right")?])[] = [
  ["system", ({ system }) => system],
  ["secret", ({ secret }) => secret],
  ["credential", ({ credential }) => credential],
  ["type", ({ type }) => type],
  ["strategy", ({ strategy }) => strategy ?? "–"],
  [
    "fields",
    ({ fieldsChanged, fields }) => (fields ? `${fieldsChanged} of ${fields}` : "–"),
    "right",
  ],
  ["failed", ({ failed }) => String(failed ?? "–"), "right"],
  ["rolled", ({ consumersRolled }) => String(consumersRolled ?? "–"), "right"],
  ["seconds", ({ seconds }) => seconds?.toFixed(1) ?? "–", "right"],
  ["status", ({ status }) => status],
];

// Colours that are readable on dark and on light; `styleText` leaves them out where no terminal shows them.
const colours = { ok: "green", failed: "red" } as const;

/** The heading, and a line for each row. */
export function tableOf(rows: readonly Row[]): readonly string[] {
  const cells = rows.map((row) => columns.map(([, cell]) => cell(row)));
  const headings = columns.map(([heading]) => heading);
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...cells.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    row.map((text, column) => padded(text, widths[column] ?? 0, columns[column]?.[2])).join("  ");
  return [
    styleText("bold", line(headings).trimEnd()),
    ...rows.map(({ status }, index) => {
      const text = line(cells[index] ?? []).trimEnd();
      return text.slice(0, -status.length) + styleText(colours[status], status);
    }),
  ];
}

const padded = (text: string, width: number, side: "left" | "right" = "left") =>
  side === "right" ? text.padStart(width) : text.padEnd(width);
