import type { SecretEntry } from "../manifest/manifest.ts";
import type { Supply } from "../manifest/type.ts";
import type { SecretState } from "../secret/store.ts";
import { suppliedOf } from "../secret/supplied-tag.ts";
import { intervalOf } from "./due.ts";
import { minute } from "./finding-error.ts";
import { type Judged, stateOf } from "./state.ts";
import { SupplyDue, SupplyReminder } from "./supply-findings.ts";

const [hour, day] = [3_600_000, 24 * 3_600_000];

/** In days ahead: when on-call is reminded; after the date every day. */
const reminders = [14, 7, 1];

/**
 * What people have to supply soon, or should have. The date counts from when it was supplied last, or from the secret's
 * beginning. It is one problem until it is supplied; each reminder after the first is a message of its own. Pure.
 */
export function judgeSupplies(
  secret: SecretState,
  { credentials, schedule }: Pick<SecretEntry, "credentials" | "schedule">,
  now: Date,
): readonly Judged[] {
  return credentials.flatMap(({ supply }) => {
    if (!supply) return [];
    const every = supply.every ?? intervalOf(schedule.expression) * hour;
    const from = suppliedOf(secret.tags, supply.field, now)?.at ?? secret.createdAt;
    return from ? judgeSupply(secret, supply, { from, every }, now) : [];
  });
}

interface Period {
  readonly from: Date;
  /** In milliseconds. */
  readonly every: number;
}

function judgeSupply(
  secret: SecretState,
  supply: Supply,
  { from, every }: Period,
  now: Date,
): readonly Judged[] {
  const due = new Date(from.getTime() + every);
  const since = lastReminder(due, every, now);
  if (since === undefined) return [];
  const left = Math.round((due.getTime() - since.getTime()) / day);
  const state = left > 0 ? stateOf(secret) : "overdue";
  const details = { secret: secret.name, ...supply, from: minute(from), due: minute(due) };
  return [
    { error: new SupplyDue(details, left), state },
    { error: new SupplyReminder(details, left, since), state },
  ];
}

/** When the last reminder was due; `undefined`: there was none. None comes before half of the time has passed. */
function lastReminder(due: Date, every: number, now: Date): Date | undefined {
  const passed = now.getTime() - due.getTime();
  if (passed >= 0) return new Date(due.getTime() + Math.floor(passed / day) * day);
  const ahead = reminders
    .filter((days) => days * day < every / 2)
    .findLast((days) => passed >= -days * day);
  return ahead === undefined ? undefined : new Date(due.getTime() - ahead * day);
}
