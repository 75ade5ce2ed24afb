import type { Context } from "../context/context.ts";
import type { RotationError } from "../errors.ts";
import { beginDrill, endDrill } from "./drill.ts";
import type { Drive } from "./drive.ts";
import { EmergencyRefused, EmergencyUnfinished, KeyStays } from "./end-errors.ts";
import { EmergencyUnderWay } from "./errors.ts";
import type { Job } from "./job.ts";
import type { EmergencyPorts } from "./ports.ts";
import { report } from "./telling.ts";
import { whatOf } from "./wording.ts";

/** On-call hears of an emergency; a drill is only recorded. @returns why on-call could not be told */
export async function announceBeginning(
  { request, askedAt, found }: Job,
  drives: readonly Drive[],
  ports: EmergencyPorts,
  context: Context,
): Promise<RotationError | undefined> {
  if (request.isDrill) {
    await Promise.all(drives.map((each) => beginDrill(each, new Date(askedAt), ports, context)));
    return undefined;
  }
  const names = drives.map(({ name }) => name);
  const what = whatOf(request.action, names);
  const error = new EmergencyUnderWay({ ...request, what, found });
  return (await report(request, names, [error], ports, context)).failure;
}

/** A drill that did not come to its end stays begun, which `watch` tells. @returns why on-call could not be told */
export async function announceEnd(
  { request, askedAt }: Job,
  drives: readonly Drive[],
  ports: EmergencyPorts,
  context: Context,
): Promise<RotationError | undefined> {
  const done = drives.filter(({ stage }) => stage === "done");
  if (request.isDrill) {
    await Promise.all(done.map((each) => endDrill(each, new Date(askedAt), ports, context)));
    return undefined;
  }
  const names = drives.map(({ name }) => name);
  const errors = problemsOf(request, drives);
  const { failure, unread } = await report(request, names, errors, ports, context);
  return failure ?? unread;
}

/** What on-call has to know at its end. */
function problemsOf(
  { id, action }: Job["request"],
  drives: readonly Drive[],
): readonly RotationError[] {
  const open = drives.filter(({ isOver }) => !isOver);
  const left = open.map((each) => ({ secret: each.name, why: each.why }));
  const refused = drives.flatMap((each) => refusalOf(each, action) ?? []);
  return [
    ...(left.length > 0 ? [new EmergencyUnfinished(id, action, left)] : []),
    ...(refused.length > 0 ? [new EmergencyRefused(id, action, refused)] : []),
  ];
}

function refusalOf({ stage, error, name, selected }: Drive, action: Job["request"]["action"]) {
  const fields = selected.entry.credentials.flatMap(({ supply }) => supply?.field ?? []);
  const isLeft = stage === "done" && action === "leaked" && fields.length > 0;
  const left = isLeft ? new KeyStays(name, fields) : error;
  if (!left || !(isLeft || stage === "refused")) return undefined;
  const { happened, remedy, impact } = left;
  return { happened, remedy, isOutage: impact === "outage" };
}
