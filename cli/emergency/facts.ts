import type { StatusAnswer } from "../../lib/emergency/status.ts";
import type { SecretStatus } from "../../lib/emergency/status-facts.ts";

/** What has become known of a secret; a JSON line. */
export interface Fact {
  /** ISO 8601, of AWS's clock. */
  readonly at: string;
  readonly secret: string;
  readonly fact: string;
  readonly [detail: string]: string;
}

/** What has changed since the previous look. Pure. */
export function factsSince(before: StatusAnswer | undefined, after: StatusAnswer): readonly Fact[] {
  const known = new Map(before?.secrets.map((each) => [each.secret, each]));
  return after.secrets.flatMap((now) => {
    const facts = [...factsOf(known.get(now.secret), now, after.at)];
    return facts.map((fact) => ({ at: after.at, secret: now.secret, ...fact }) as Fact);
  });
}

type Detail = Readonly<Record<string, string>> & { readonly fact: string };

function* factsOf(
  last: SecretStatus | undefined,
  now: SecretStatus,
  at: string,
): Generator<Detail> {
  const { state, startedAt, promotedAt, deadAt, version = "" } = now;
  if (startedAt && last?.startedAt !== startedAt)
    yield { at: startedAt, fact: "rotating", version };
  if (isPromoted(now) && !(last && isPromoted(last)))
    yield { at: promotedAt ?? at, fact: "promoted", version };
  if (deadAt && last?.deadAt !== deadAt) yield { at: deadAt, fact: "dead" };
  yield* consumerFacts(last, now);
  yield* problemFacts(last, now);
  if (now.unread !== undefined && now.unread !== last?.unread)
    yield { fact: "consumers-unknown", why: now.unread };
  for (const says of now.left) if (!last?.left.includes(says)) yield { fact: "left", says };
  const isEnd = state === "settled" || state === "failed" || state === "refused";
  if (isEnd && last?.state !== state) yield { fact: state };
}

const isPromoted = ({ state, startedAt }: SecretStatus) =>
  startedAt !== undefined && ["promoted", "dead", "settled"].includes(state);

function* consumerFacts(last: SecretStatus | undefined, now: SecretStatus): Generator<Detail> {
  for (const { name, state, why } of now.consumers) {
    const known = last?.consumers.find((each) => each.name === name);
    if (known?.state !== state)
      yield { fact: "consumer", consumer: name, state, ...(why !== undefined && { why }) };
  }
}

function* problemFacts(last: SecretStatus | undefined, now: SecretStatus): Generator<Detail> {
  const key = ({ code, subject }: SecretStatus["problems"][number]) => `${code}\n${subject}`;
  const [before, after] = [last, now].map(
    (each) => new Map(each?.problems.map((p) => [key(p), p])),
  );
  for (const [id, { code, subject, severity, since }] of after ?? [])
    if (!before?.has(id)) yield { at: since, fact: "problem", code, subject, severity };
  for (const [id, { code, subject }] of before ?? [])
    if (!after?.has(id)) yield { fact: "problem-over", code, subject };
}
