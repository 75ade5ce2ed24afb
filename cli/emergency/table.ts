import type { StatusAnswer } from "../../lib/emergency/status.ts";
import type { SecretStatus, StatusState } from "../../lib/emergency/status-facts.ts";
import { between } from "./duration.ts";

/** Of a terminal. */
interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** In characters: names get no less than this. */
const shortestName = 16;

/** For a terminal: a line for each secret; where they are too many, a summary and those that need somebody. Pure. */
export function tableOf(answer: StatusAnswer, { columns, rows }: Size): readonly string[] {
  const { secrets } = answer;
  const room = Math.max(1, rows - 3);
  const isLong = secrets.length > room;
  const shown = isLong ? secrets.toSorted(byUrgency).slice(0, Math.max(0, room - 2)) : secrets;
  const start = answer.id === "" ? undefined : firstOf(secrets);
  const cells = shown.map((each) => cellsOf(each, start ?? each.startedAt));
  const widths = [0, 1, 2, 3].map((index) => widest(cells.map((row) => row[index] ?? "")));
  const name = Math.min(widths[0] ?? 0, Math.max(shortestName, Math.floor(columns * 0.4)));
  const lines = cells.map(([secret = "", ...rest]) => {
    const padded = rest.map((cell, index) => cell.padEnd(widths[index + 1] ?? 0));
    return [shortName(secret, name).padEnd(name), ...padded].join("  ");
  });
  const more = secrets.length - shown.length;
  const all = [
    header(answer, start),
    ...(isLong ? [summary(secrets)] : []),
    ...lines,
    ...(isLong && shown.length > 0 ? [`and ${more} more`] : []),
  ];
  return all.map((line) => cut(line.trimEnd(), columns));
}

const firstOf = (secrets: readonly SecretStatus[]) =>
  secrets.flatMap(({ startedAt }) => startedAt ?? []).toSorted()[0];

function header({ id, at, secrets }: StatusAnswer, start: string | undefined): string {
  if (id === "") return `${secrets.length} secrets`;
  const action = secrets.find((each) => each.action)?.action;
  const since = start === undefined ? "" : `, ${between(start, at)}`;
  return `Emergency ${id}${action ? ` (${action})` : ""}${since}`;
}

const order: readonly StatusState[] = [
  "failed",
  "rotating",
  "promoted",
  "dead",
  "refused",
  "untouched",
  "settled",
];

function summary(secrets: readonly SecretStatus[]): string {
  const counts = order.flatMap((state) => {
    const count = secrets.filter((each) => each.state === state).length;
    return count > 0 ? `${count} ${state}` : [];
  });
  return `${secrets.length} secrets: ${counts.join(", ")}`;
}

/** Those that wait for a person first, those that wait for nothing last. */
const byUrgency = (a: SecretStatus, b: SecretStatus) => urgency(a) - urgency(b);
const urgency = ({ waitsFor, state }: SecretStatus) =>
  ["person", "quarterturn", "nothing"].indexOf(waitsFor) * order.length + order.indexOf(state);

function cellsOf(status: SecretStatus, start: string | undefined): readonly string[] {
  const { secret, state } = status;
  return [secret, state, when(status, start), consumersText(status), next(status)];
}

function when({ promotedAt, deadAt }: SecretStatus, start: string | undefined): string {
  if (start === undefined) return "";
  if (deadAt !== undefined) return `dead after ${between(start, deadAt)}`;
  return promotedAt === undefined ? "" : `promoted after ${between(start, promotedAt)}`;
}

function consumersText({ consumers, unread }: SecretStatus): string {
  if (consumers.length === 0) return unread === undefined ? "" : "consumers unknown";
  const back = consumers.filter(({ state }) => state === "proven").length;
  return `consumers ${back}/${consumers.length} back`;
}

/** What it waits for. */
function next({ left, consumers, state, action }: SecretStatus): string {
  const [first, ...more] = left;
  if (first !== undefined)
    return `left: ${first}${more.length > 0 ? ` (and ${more.length} more)` : ""}`;
  const open = consumers.find((each) => each.state === "old" || each.state === "rolling");
  if (open && state !== "settled") return `${open.name}: ${open.why ?? "about to be redeployed"}`;
  return state === "promoted" && action === "leaked" ? "what leaked is being ended" : "";
}

const widest = (texts: readonly string[]) => Math.max(0, ...texts.map((text) => text.length));

/** The end of a name tells most. */
const shortName = (name: string, width: number) =>
  name.length <= width ? name : `…${name.slice(name.length - width + 1)}`;

const cut = (line: string, columns: number) =>
  line.length <= columns ? line : `${line.slice(0, Math.max(0, columns - 1))}…`;
