import type { FoundProblem } from "../alerts/problem.ts";
import { entryFor, type SecretEntry } from "../manifest/manifest.ts";
import { holderOf, retiringVersions } from "../secret/labels.ts";
import { type Sighting, sightingTag, sightingText } from "../secret/sighting.ts";
import type { SecretState } from "../secret/store.ts";
import { act } from "./act.ts";
import type { Action } from "./action.ts";
import type { Candidate } from "./candidates.ts";
import type { ConsumerView } from "./consumer.ts";
import { decide } from "./decide.ts";
import { learned as withOld } from "./old-credential.ts";
import type { Pass } from "./pass.ts";
import { type Area, areas } from "./standing.ts";
import type { Consumers, SettlementState } from "./state.ts";
import { stateOf } from "./state-of.ts";
import type { Answers, Ended, Turn } from "./turn.ts";

export interface Settlement extends Omit<Ended, "outcome"> {
  readonly secret: string;
  /** `ignored`: the manifest does not name it. */
  readonly outcome: Ended["outcome"] | "ignored";
  /** As it was read last: good enough to wait on in a further round. */
  readonly state?: SecretState | undefined;
  readonly learned?: Answers;
}

/** How far a look at one secret has come, also when it fails. */
export interface Progress {
  /** What it examined to the end. */
  readonly examined: Set<Area>;
  /** What on-call must hear of, whatever comes after it. */
  readonly noted: FoundProblem[];
  /** What it was about when it failed. */
  area: Area;
}

/**
 * No secret takes more turns than these: mirror, remember, roll; and for each version that has a label probe, track, retire
 * and remove the label, each of them after another look. A pass begins anew, so what is left to the next one is never done.
 */
const turnsOf = ({ versions }: SecretState) => 8 + 8 * versions.size;

/**
 * Brings one secret as near to settled as it can come now. Level-triggered: it reads how things are, does the
 * next thing, and looks again; it may run at any time, any number of times.
 */
export async function settle(
  candidate: Candidate,
  pass: Pass,
  progress: Progress,
): Promise<Settlement> {
  const { ports, context } = pass;
  const { secretId, listed, heard, learned = {} } = candidate;
  let secret = listed;
  let isFresh = false;
  let answers = learned;
  let live = listed && liveIn(listed);
  const { examined } = progress;
  let most = 1;
  for (let turn = 0; turn < most; turn += 1) {
    progress.area = "settle";
    if (!secret) {
      secret = await ports.store.describe(secretId, context.signal);
      isFresh = true;
      // What was held by a live version may not be any more.
      if (live !== liveIn(secret)) answers = { ...answers, old: deadIn(answers) };
      live = liveIn(secret);
    }
    most = Math.max(most, turnsOf(secret));
    const entry = entryFor(ports.manifest, secret.name, secret.arn);
    if (!entry) return { secret: secret.name, outcome: "ignored" };
    const state = stateOf(secret, entry, answers, heard, pass);
    const { action, view } = await decided(state, { secret, entry, pass });
    const { name } = secret;
    // What may be out of date is good enough to wait.
    if (!isFresh && !isSafe(action, answers)) {
      secret = undefined;
      continue;
    }
    if (action.kind === "wait" && action.until) pass.ripensAt(action.until);
    for (const area of examinedBy(action, { secret, entry, view })) examined.add(area);
    if ((action.kind === "retire" || action.kind === "probe") && pass.isDown(entry)) {
      const why = "its server has just failed in this pass";
      if (action.kind === "probe" || !action.leaked)
        return { secret: name, outcome: "waiting", why };
      // Its consumers get away from it all the same. What an earlier round met there still holds.
      examined.delete("retire");
      answers = {
        ...answers,
        ...withOld(action.retiring, { waiting: why, refused: false }, answers),
      };
      isFresh = false;
      continue;
    }
    const { roll } = pass;
    const failed: Turn["failed"] = (...failure) => pass.failed(...failure);
    progress.area = areaOf(action);
    const note = (found: FoundProblem) => void progress.noted.push(found);
    const done = await act(
      action,
      { secret, entry, answers, ports, context, note, failed, roll },
      view,
    );
    if ("mirror" in done) examined.add("mirror");
    if ("old" in done) examined.add("retire");
    if ("outcome" in done) {
      if (done.outcome === "settled") for (const area of areas) examined.add(area);
      return { secret: name, state: secret, learned: lasting(answers, pass), ...done };
    }
    answers = { ...answers, ...done };
    isFresh = false;
    if (action.kind === "remember") secret = { ...secret, tags: withSighting(secret, action) };
    if (["removeLabel", "track", "forget"].includes(action.kind)) secret = undefined;
  }
  return { secret: secretId, outcome: "waiting", why: "more is left than fits into one pass" };
}

/** What has been seen to its end where this is what is left to do. */
function* examinedBy(
  action: Action,
  { secret, entry, view }: Pick<Turn, "secret" | "entry"> & { view: ConsumerView | undefined },
): Generator<Area> {
  const { kind } = action;
  const isLeft = kind === "wait" && action.isLeft === true;
  const isSettled = retiringVersions(secret).length === 0;
  if (!entry.mirror) yield "mirror";
  if (isSettled || (view && kind !== "roll" && !isLeft)) yield "settle";
  if (isSettled) yield "retire";
}

function areaOf({ kind }: Action): Area {
  if (kind === "probe") return "retire";
  return kind === "mirror" || kind === "retire" ? kind : "settle";
}

/** The versions whose credentials consumers hold or get. */
const liveIn = (secret: SecretState) =>
  ["AWSCURRENT", "AWSPENDING"].map((label) => holderOf(secret, label)).join(" ");

const deadIn = ({ old = new Map() }: Answers) =>
  new Map([...old].filter(([, each]) => each === "dead"));

/** What is dead stays so; the parameters are looked at once for the first two rounds, which follow one another. */
const lasting = (answers: Answers, { isGathering }: Pass): Answers => ({
  old: deadIn(answers),
  ...(answers.deaths && { deaths: answers.deaths }),
  ...(isGathering && answers.mirror && { mirror: answers.mirror }),
});

const withSighting = ({ tags }: SecretState, { sighting }: { readonly sighting: Sighting }) =>
  new Map([...tags, [sightingTag, sightingText(sighting)] as const]);

/**
 * What needs no DescribeSecret before it: waiting changes nothing, and what has been proven dead in this pass has no
 * use for its label. Removing a label names the version that it is on.
 */
const isSafe = (action: Action, { old }: Answers) =>
  action.kind === "wait" ||
  (action.kind === "removeLabel" && old?.get(action.retiring.version) === "dead");

/** The next thing to do that is not a look. */
async function decided(
  state: SettlementState,
  { secret, entry, pass }: { secret: SecretState; entry: SecretEntry; pass: Pass },
): Promise<{ readonly action: Exclude<Action, { kind: "look" }>; readonly view?: ConsumerView }> {
  const action = decide(state);
  if (action.kind !== "look") return { action };
  const { promotion } = action;
  const view = await pass.view(promotion);
  const later = { kind: "wait", why: "its consumers have not been looked at yet", soon: true };
  if (!view) return { action: { ...later, kind: "wait" } };
  const { arn, name } = secret;
  const identity = { arn, name, parameters: [...promotion.parameters.keys()] };
  const consumers: Consumers = await view.find(identity, promotion, entry.consumers);
  const next = decide({ ...state, consumers });
  return next.kind === "look" ? { action: { ...later, kind: "wait" } } : { action: next, view };
}
