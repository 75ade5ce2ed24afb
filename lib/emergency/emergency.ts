import { bounded } from "../bounded.ts";
import type { Context } from "../context/context.ts";
import { type FailedAnswer, failedAnswer } from "../context/failed-answer.ts";
import { asRotationError } from "../errors.ts";
import { secretNameOf } from "../secret/arn.ts";
import { recorded } from "./audit.ts";
import { deadLetterNotes } from "./dead-letters.ts";
import { requireCanaries } from "./drill.ts";
import { type Job, wishOf } from "./job.ts";
import { next, type Ready } from "./next.ts";
import type { EmergencyPorts } from "./ports.ts";
import { type EmergencyRequest, parseRequest } from "./request.ts";
import { type Selected, select, settledSelection } from "./selection.ts";
import { type StatusAnswer, status } from "./status.ts";
import type { Wish } from "./step.ts";
import { isStanding } from "./telling.ts";
import { foundText, planText } from "./wording.ts";
import { work } from "./work.ts";

/** What is planned for one secret. */
interface Planned {
  /** The secret's name. */
  readonly secret: string;
  /** `start`: it is rotated; `continue`: that has begun already; `refuse`: nothing can be done, `code` says why. */
  readonly plan: "start" | "continue" | "done" | "refuse";
  /** Whole sentences. */
  readonly says: string;
  readonly code?: string;
}

/** What whoever invokes the function gets. */
export interface Answer {
  /**
   * `planned`: nothing was done, because only the plan was asked for; `refused`: none of the secrets can be served; `done`:
   * there is nothing to do any more.
   */
  readonly outcome: "planned" | "started" | "refused" | "done";
  readonly id: string;
  readonly action: EmergencyRequest["action"];
  readonly secrets: readonly Planned[];
  /** What is done beside them, in whole sentences. */
  readonly notes: readonly string[];
}

/** Secrets that are looked at at once. */
const width = 20;

/**
 * Answers a person at once with what will be done, and has another invocation do it, which nobody waits for: closing the
 * terminal changes nothing. What is wrong with the request is an answer too, and nothing was done.
 */
export async function emergency(
  event: unknown,
  ports: EmergencyPorts,
  context: Context,
): Promise<Answer | StatusAnswer | FailedAnswer | { readonly finished: boolean }> {
  const { work: begun }: { work?: Job } = Object(event);
  if (begun) return work(begun, ports, context);
  try {
    const request = parseRequest(event, context.now());
    const { action } = request;
    if (action === "status") return await status(request, ports, context);
    return await plan({ ...request, action }, ports, context);
  } catch (thrown) {
    const error = asRotationError(thrown);
    const line = { secret: "all", step: "emergency", token: "none", ms: 0 } as const;
    context.log.step({ ...line, outcome: "failed", code: error.code, message: error.message });
    return failedAnswer(error);
  }
}

async function plan(
  request: Job["request"],
  ports: EmergencyPorts,
  context: Context,
): Promise<Answer> {
  const { action, id, dryRun } = request;
  const isTag = "tag" in request.selection;
  const listed = isTag ? await ports.store.list(context.signal) : [];
  const selected = select(request.selection, ports.manifest, listed);
  if (request.isDrill) requireCanaries(selected);
  const askedAt = context.now();
  const wish = wishOf(request, askedAt, ports);
  const secrets = await bounded(selected, width, (each) => planned(each, wish, ports, context));
  const notes = action === "repair" ? await deadLetterNotes(ports, context) : [];
  const answer = { id, action, secrets, notes };
  if (secrets.every(({ plan }) => plan === "refuse")) return { outcome: "refused", ...answer };
  const isOver = ({ plan }: Planned) => plan === "done" || plan === "refuse";
  const job = {
    request: { ...request, selection: settledSelection(request.selection, selected) },
    askedAt: askedAt.toISOString(),
  };
  if (secrets.every(isOver) && notes.length === 0) {
    // On-call may not have heard its end, or heard after it that it was not finished. Round 0 would tell its beginning.
    if (!dryRun && (await isStanding(request, selected, ports, context)))
      await ports.itself.start({ work: { ...job, round: 1 } }, context.signal);
    return { outcome: "done", ...answer };
  }
  if (dryRun) return { outcome: "planned", ...answer };
  const begin = { ...job, round: 0, found: foundText(action, secrets) };
  await ports.itself.start({ work: begin }, context.signal);
  const names = secrets.map(({ secret }) => secret);
  await recorded(request, names, ports, context);
  return { outcome: "started", ...answer };
}

async function planned(
  { secretId, entry }: Selected,
  wish: Omit<Wish, "entry" | "now">,
  ports: EmergencyPorts,
  context: Context,
): Promise<Planned> {
  try {
    const secret = await ports.store.describe(secretId, context.signal);
    const own = { ...wish, entry, now: context.now() };
    const step = await next(own, secret, ports, context);
    const code = step.kind === "refuse" ? { code: step.error.code } : {};
    return {
      secret: secret.name,
      plan: kinds[step.kind],
      says: planText(step, own, secret.name),
      ...code,
    };
  } catch (thrown) {
    const { code, message } = asRotationError(thrown);
    return { secret: secretNameOf(secretId), plan: "refuse", says: message, code };
  }
}

const kinds: Readonly<Record<Ready["kind"], Planned["plan"]>> = {
  note: "start",
  clear: "start",
  hold: "continue",
  move: "start",
  resume: "continue",
  stay: "continue",
  start: "start",
  suspend: "continue",
  wait: "continue",
  settling: "continue",
  done: "done",
  refuse: "refuse",
};
