import { expect } from "vitest";
import { type CrashRow, crashMatrix, type MatrixOptions } from "../../../lab/crash/matrix.ts";

/** Runs this part of the matrix. Every row of it must have cases, and none of them may fail. */
export async function expectConverged(options: MatrixOptions): Promise<readonly CrashRow[]> {
  const rows = await crashMatrix(options);
  const points = rows.reduce((sum, row) => sum + row.points, 0);
  console.log(`crash matrix: ${rows.length} rows, ${points} points`);
  for (const row of rows)
    expect(row).toMatchObject({ lockouts: 0, orphans: 0, failures: 0, details: [] });
  return rows;
}
