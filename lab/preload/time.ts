/**
 * Loaded with `--import` into a process: its clocks run ahead of the machine's by as many milliseconds as the file
 * AHEAD_FILE says, which may change at any time. Timers keep the machine's time.
 */
import { openSync, readSync } from "node:fs";
import { aheadDate } from "../ahead-date.ts";

const file = openSync(process.env["AHEAD_FILE"] ?? "", "r");
const buffer = Buffer.alloc(8);

function ahead(): number {
  readSync(file, buffer, 0, 8, 0);
  return buffer.readDoubleLE();
}

const machine = performance.now.bind(performance);
Object.assign(performance, { now: () => machine() + ahead() });
globalThis.Date = aheadDate(ahead);
