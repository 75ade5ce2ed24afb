import { asRotationError } from "../errors.ts";
import { deathTag, deathText } from "../secret/death.ts";
import { refusalTag, refusalText, refusedSince, wasRefused } from "../secret/refusal.ts";
import { type Sighting, sightingTag, sightingText } from "../secret/sighting.ts";
import type { Action } from "./action.ts";
import { OldElsewhere, RetirementFailed, RetirementTask } from "./errors.ts";
import { noteUnasked } from "./relabel.ts";
import type { OldCredential, RetiringCredential } from "./state.ts";
import type { Answers, Turn } from "./turn.ts";

/** Has the credential of a version retired. */
export async function retire(
  { retiring: version, leaked, isUnseen }: Extract<Action, { kind: "retire" }>,
  turn: Turn,
): Promise<Answers> {
  const { secret, entry, ports, context, note } = turn;
  const since = refusedSince(secret.tags, version, context.now());
  const request = {
    ...{ secret: secret.arn, version, leaked, refusedSince: since },
    wasRefused: wasRefused(secret.tags, version),
  };
  const asked = ports.retirers[entry.place].retire(request, context.signal);
  const old = await asked.catch((thrown) => {
    if (leaked && thrown instanceof RetirementFailed) return thrown;
    throw thrown;
  });
  if (old instanceof RetirementFailed) return goesOn(version, old, turn);
  if (typeof old === "object" && "waiting" in old) {
    if (old.refused !== (since !== undefined)) await rememberRefusal(version, old, turn);
    const task = {
      kind: "retirement",
      secret: secret.name,
      step: "retire",
      token: version,
    } as const;
    if (old.task) note({ error: new RetirementTask(old.task), task });
  }
  const answer = learned(version, old, turn.answers);
  if (old !== "dead" || !leaked) return answer;
  const deaths = new Map([...(turn.answers.deaths ?? []), [version, context.now()] as const]);
  return { ...answer, deaths: isUnseen ? deaths : await rememberDeaths(deaths, turn) };
}

/** Consumers get away from what leaked, whether its server or provider can be reached or not. */
function goesOn(version: string, error: RetirementFailed, turn: Turn): Answers {
  const { secret, entry, note, failed } = turn;
  failed(entry, error);
  const failedLog = `/aws/lambda/${error.functionName}`;
  const task = { kind: "retirement", secret: secret.name, step: "retire", token: version } as const;
  const mayPass = error.retryable && !error.lasting && error.impact !== "outage";
  note({ error, task: { ...task, failedLog }, mayPass });
  return learned(version, { waiting: error.happened, refused: false }, turn.answers);
}

/** What cannot be remembered now is found again by the next look. */
async function rememberRefusal(
  version: string,
  { refused }: RetiringCredential,
  { secret, ports, context }: Turn,
): Promise<void> {
  const text = refusalText(secret, version, refused ? context.now() : undefined);
  await ports.store.tag(secret.arn, refusalTag, text, context.signal);
}

/**
 * For whoever asks when it ended; nothing depends on it, so it does not throw. It changes the secret, and a move of
 * AWSCURRENT that is not remembered is dated by the last change, so that it comes first.
 * @returns those that are not remembered
 */
async function rememberDeaths(
  deaths: ReadonlyMap<string, Date>,
  { secret, ports, context }: Turn,
): Promise<ReadonlyMap<string, Date>> {
  const { tags } = secret;
  const text = [...deaths].reduce<string | undefined>((last, [version, at]) => {
    const known = last === undefined ? tags : new Map([[deathTag, last]]);
    return deathText(known, version, at) ?? last;
  }, undefined);
  try {
    if (text !== undefined) await ports.store.tag(secret.arn, deathTag, text, context.signal);
    return new Map();
  } catch (thrown) {
    const why = asRotationError(thrown).message;
    context.log.warn(
      secret.name,
      `the time when the leaked credential was proven dead is not recorded: ${why}`,
    );
    return deaths;
  }
}

/** When AWSCURRENT moved, and what died before that was remembered. @throws AwsCallFailed, DeadlineReached */
export async function remember(sighting: Sighting, turn: Turn): Promise<Answers> {
  const { secret, answers, ports, context } = turn;
  await ports.store.tag(secret.arn, sightingTag, sightingText(sighting), context.signal);
  const { deaths = new Map() } = answers;
  return { sighting, ...(deaths.size > 0 && { deaths: await rememberDeaths(deaths, turn) }) };
}

/** Asks whether the credential of a version works. */
export async function probe(version: string, turn: Turn): Promise<Answers> {
  const { secret, entry, ports, context, note } = turn;
  const outcome = await ports.retirers[entry.place]
    .probe({ secret: secret.arn, version }, context.signal)
    .catch(async (thrown) => {
      await noteUnasked(version, turn);
      throw thrown;
    });
  if (outcome === "elsewhere") {
    const task = {
      kind: "retirement",
      secret: secret.name,
      step: "retire",
      token: version,
    } as const;
    note({ error: new OldElsewhere(secret.name, version), task });
  }
  return learned(version, outcome === "dead" ? "refused" : outcome, turn.answers);
}

/** What a credential was found to be, beside what is known of others. */
export const learned = (version: string, found: OldCredential, { old = new Map() }: Answers) => ({
  old: new Map([...old, [version, found]]),
});
