import { durationText } from "../../manifest/duration.ts";
import { readSchedule } from "../../manifest/schedule.ts";
import { whole } from "../../secret/field.ts";
import type { Provider } from "../key/provider.ts";
import type { Wanted } from "./find.ts";
import type { Supplied } from "./supply.ts";
import type { SuppliedSpec } from "./value.ts";

/** What a person is asked for: each part of the key. */
export const promptsFor = ({ secretId, spec }: Wanted): readonly string[] =>
  Object.entries(spec.fields).map(([part, field]) => {
    const what = part === "secret" ? "New key" : `New key, its ${part}`;
    return `${what}, for ${field === whole ? secretId : `${field} of ${secretId}`} (it is not shown): `;
  });

/** What was done, and what happens next. */
export function doneText(
  { secretId, entry, spec }: Wanted,
  { outcome, version }: Supplied,
  provider: Provider | undefined,
  now: Date,
): string {
  const { field } = spec.supply;
  const key = field === whole ? "the key" : `the key in ${field}`;
  const isNew =
    outcome === "done"
      ? `AWSCURRENT is version ${version} now, with ${key} that you handed over.`
      : `AWSCURRENT is version ${version} already: an earlier run has handed over ${key}.`;
  const grace =
    entry.grace > 0
      ? `, including ${durationText(entry.grace)} for consumers that nobody sees`
      : "";
  const hours = readSchedule(entry.schedule.expression).every ?? 0;
  const due = new Date(now.getTime() + (spec.supply.every ?? hours * 3600e3));
  return [
    `${secretId}: ${isNew}`,
    `Next, automatically: settlement redeploys the consumers, and waits until none holds the old key${grace}.`,
    `Keep the old key until then: ${endOf(spec, provider)} when nobody needs it.`,
    `The next one is due by ${due.toISOString().slice(0, 10)}; reminders come 14, 7 and 1 days ahead.`,
  ].join("\n");
}

function endOf({ supply: { console } }: SuppliedSpec, provider: Provider | undefined): string {
  if (provider?.remove) return `Quarterturn deletes it, by the API of ${provider.name},`;
  const where = console === undefined ? "" : ` at ${console}`;
  return `on-call is asked to delete it${where}`;
}

/** @param version that holds the deleted key */
export const saidText = ({ secretId }: Wanted, version: string) =>
  `${secretId}: noted that the key in version ${version} was deleted. Settlement removes RETIRING within minutes, if nothing else waits.`;
