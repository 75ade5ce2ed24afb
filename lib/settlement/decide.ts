import { changedAt, type Promotion } from "../consumers/consumer.ts";
import type { ServiceFacts } from "../consumers/ecs/facts.ts";
import { holderOf, isLeaked, preparedLabel, retiringLabel } from "../secret/labels.ts";

import { type ConsumerProblem, isOld, type Judgement, judge } from "./service.ts";
import type { SecretFacts, SettlementState } from "./state.ts";

type Problem =
  | ConsumerProblem
  | "PROMOTION_UNKNOWN"
  | "CLUSTER_UNREADABLE"
  | "REFERENCE_OUTSIDE"
  | "PARAMETER_DRIFT"
  | "DEADLINE_PASSED";

/** The next thing to do for one secret. */
export type Action =
  /** Nothing: no credential waits for its end. */
  | { readonly kind: "settled" }
  /** Have the fields of AWSCURRENT copied to their parameters; the answer goes into the next state. */
  | { readonly kind: "mirror"; readonly current: string }
  /** Ask `retire-database` about the old credential; the answer goes into the next state. */
  | { readonly kind: "ask"; readonly retiring: string }
  /** Start a deployment of each of these services. */
  | { readonly kind: "roll"; readonly services: readonly ServiceFacts[] }
  /** Look again when an event or the tick comes, or in seconds (`soon`); nothing is wrong. */
  | { readonly kind: "wait"; readonly why: string; readonly soon?: boolean }
  /** Tell on-call, once, and look again when an event or the tick comes. Nothing is retired. */
  | { readonly kind: "alert"; readonly problem: Problem; readonly why: string }
  | { readonly kind: "retire"; readonly retiring: string; readonly endSessions: boolean }
  /** The old credential is dead, or is none: remove RETIRING. */
  | { readonly kind: "removeLabel"; readonly retiring: string };

/** When nobody is seen to consume the secret, somebody may all the same. In milliseconds. */
const unseenGrace = 24 * 60 * 60 * 1000;

/**
 * How long after the promotion sessions are those of tasks that have just been stopped, in milliseconds; later
 * ones are a pool's, which may keep them for hours.
 */
const closingTime = 10 * 60 * 1000;

/**
 * How long a rotation may take from making the version to its end, in milliseconds: the label moves, and its
 * event is sent, before Secrets Manager notes the date.
 */
const completionTime = 5 * 60 * 1000;

/**
 * What brings one secret nearer to settled. Pure, and level-triggered: it looks at how things are, never at
 * what an event said.
 */
export function decide(state: SettlementState): Action {
  const retiring = holderOf(state.secret, retiringLabel);
  const current = holderOf(state.secret, "AWSCURRENT");
  if (!current) return { kind: "settled" };
  // On AWSCURRENT itself: finishSecret is between its two labels, or was killed there.
  if (!retiring || retiring === current) return mirrors(state, current) ?? { kind: "settled" };
  const leaked = isLeaked(current);
  // What leaked dies first: nothing that is wrong with a parameter may put that off.
  const mirror = leaked ? undefined : mirrors(state, current);
  if (mirror) return mirror;
  if (!state.old) return { kind: "ask", retiring };
  if (state.old.heldByLive || (state.old.retired && !leaked))
    return { kind: "removeLabel", retiring };
  // The function that retired it has tried a login, and told on-call of it.
  if (state.old.stillAccepted)
    return { kind: "wait", why: "the server to refuse the retired credential" };
  if (leaked && !state.old.retired) return { kind: "retire", retiring, endSessions: true };
  const late = mirrors(state, current);
  if (late) return late;

  const promotedAt = promotionTime(state.secret, current);
  if (!promotedAt && isUnderWay(state))
    return { kind: "wait", why: "Secrets Manager to note the rotation's end" };
  if (!promotedAt)
    return alert("PROMOTION_UNKNOWN", "Secrets Manager does not tell when AWSCURRENT was promoted");
  // It is dead before its consumers let go of it: all that is left is to roll them.
  const parameters = mirrored(state, current)?.parameters ?? new Map();
  const promotion = { at: promotedAt, parameters };
  if (leaked) return rolls(state, promotion) ?? { kind: "removeLabel", retiring };
  const open = openEnds(state, promotion);
  if (open) return open;
  return { kind: "retire", retiring, endSessions: false };
}

/** What is left to do about the parameters that mirror the secret; `undefined` when nothing is. */
function mirrors(state: SettlementState, current: string): Action | undefined {
  if (!state.mirror) return undefined;
  const found = mirrored(state, current);
  if (!found) return { kind: "mirror", current };
  if (found.drifted.length === 0) return undefined;
  const names = found.drifted.join(", ");
  return alert("PARAMETER_DRIFT", `a value that the secret never held is in ${names}`);
}

/** What was found holds for one version only, and somebody may have edited the secret since. */
function mirrored({ mirror }: SettlementState, current: string) {
  return mirror !== "unasked" && mirror?.version === current ? mirror : undefined;
}

/**
 * When AWSCURRENT moved, or later. The date of the last completed rotation; a version that a rotation made
 * has none until that rotation is completed, one that was written by hand has its own.
 */
function promotionTime(secret: SecretFacts, current: string): Date | undefined {
  const { lastRotatedAt, currentCreatedAt } = secret;
  if (!lastRotatedAt || !currentCreatedAt) return undefined;
  if (lastRotatedAt >= currentCreatedAt) return lastRotatedAt;
  const byRotation = secret.versions.get(current)?.includes(preparedLabel);
  return byRotation ? undefined : currentCreatedAt;
}

function isUnderWay({ now, secret: { currentCreatedAt } }: SettlementState): boolean {
  return (
    currentCreatedAt !== undefined && now.getTime() - currentCreatedAt.getTime() < completionTime
  );
}

/** What stands between the promotion and the old credential's end; `undefined` when nothing does. */
function openEnds(state: SettlementState, promotion: Promotion): Action | undefined {
  const roll = rolls(state, promotion);
  if (roll) return roll;
  const judged = state.consumers.map((service) => ({ service, ...judge(service, promotion) }));
  const [blind] = state.blind;
  if (blind) return alert("CLUSTER_UNREADABLE", blind);
  const [outside] = state.outside;
  if (outside) return alert("REFERENCE_OUTSIDE", outside);
  for (const { service, ...judgement } of judged)
    if (judgement.kind === "stuck") return alert(judgement.code, said(service, judgement));
  return waits(state, promotion, judged);
}

function rolls({ consumers }: SettlementState, promotion: Promotion): Action | undefined {
  const services = consumers.filter((service) => judge(service, promotion).kind === "roll");
  return services.length > 0 ? { kind: "roll", services } : undefined;
}

function waits(
  state: SettlementState,
  promotion: Promotion,
  judged: readonly (Judgement & { service: ServiceFacts })[],
): Action | undefined {
  const { now, standalone, consumers, policy, old } = state;
  const age = now.getTime() - promotion.at.getTime();
  const wait = (why: string, soon = false): Action =>
    age > policy.deadline
      ? alert("DEADLINE_PASSED", `it still waits for ${why}`)
      : { kind: "wait", why, ...(soon && { soon }) };
  const waiting = judged.filter((each) => each.kind === "waiting");
  const [first] = waiting;
  if (first) {
    const soon = waiting.every((each) => each.soon);
    return wait(said(first.service, first), soon);
  }
  const [task] = standalone.filter((each) => isOld(changedAt(each.references, promotion))(each));
  if (task) return wait(`standalone task ${task.id}, from before the promotion, to stop`);
  const grace = policy.grace ?? (consumers.length > 0 ? 0 : unseenGrace);
  if (age < grace) return { kind: "wait", why: "the grace of consumers that nobody sees" };
  if (old?.sessions)
    return wait(`${old.sessions} sessions of the old credential to end`, age < closingTime);
  return undefined;
}

const said = ({ cluster, name }: ServiceFacts, { why }: { why: string }) =>
  `service ${cluster}/${name}: ${why}`;

const alert = (problem: Problem, why: string): Action => ({ kind: "alert", problem, why });
