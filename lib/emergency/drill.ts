import type { Context } from "../context/context.ts";
import { asRotationError } from "../errors.ts";
import { deathsIn } from "../secret/death.ts";
import { holderOf } from "../secret/labels.ts";
import { sightingOf } from "../secret/sighting.ts";
import type { SecretState } from "../secret/store.ts";
import { type DrillRecord, drillTag, drillText } from "./drill-record.ts";
import type { Drive } from "./drive.ts";
import { NotACanary } from "./errors.ts";
import type { EmergencyPorts } from "./ports.ts";
import type { Selected } from "./selection.ts";

/** A drill ends sessions and logins, so the manifest must say that nothing depends on the secret. @throws NotACanary */
export function requireCanaries(selected: readonly Selected[]): void {
  for (const { secretId, entry } of selected)
    if (entry.drill === undefined) throw new NotACanary(secretId);
}

type Ports = Pick<EmergencyPorts, "store">;

/** Does not throw: a drill that cannot be recorded is overdue one day, which is told. */
export async function beginDrill(
  { selected }: Drive,
  at: Date,
  ports: Ports,
  context: Context,
): Promise<void> {
  await record(selected.secretId, { state: "begun", at }, ports, context);
}

/** Does not throw, as `beginDrill`. */
export async function endDrill(
  { arn }: Drive,
  at: Date,
  ports: Ports,
  context: Context,
): Promise<void> {
  const now = context.now();
  const secret = await ports.store.describe(arn, context.signal).catch(() => undefined);
  const promoted = secret && promotedAt(secret, now);
  const dead = deathsIn(secret?.tags ?? new Map(), now).find((each) => each >= at);
  const since = (time: Date) => Math.max(0, time.getTime() - at.getTime());
  const ok: DrillRecord = {
    state: "ok",
    at,
    promotedMs: promoted && since(promoted),
    deadMs: dead && since(dead),
    settledMs: since(now),
  };
  await record(arn, ok, ports, context);
}

/** As settlement saw it. */
function promotedAt(secret: SecretState, now: Date): Date | undefined {
  const sighting = sightingOf(secret.tags, now);
  return sighting?.version === holderOf(secret, "AWSCURRENT") ? sighting?.at : undefined;
}

async function record(
  secretId: string,
  record: DrillRecord,
  { store }: Ports,
  { log }: Context,
): Promise<void> {
  const signal = AbortSignal.timeout(patience);
  try {
    await store.tag(secretId, drillTag, drillText(record), signal);
  } catch (thrown) {
    log.warn(secretId, `the drill is not recorded: ${asRotationError(thrown).message}`);
  }
}

/** In milliseconds. */
const patience = 10_000;
