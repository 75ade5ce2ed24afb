import type { Server } from "../server.ts";
import { Account, textOf } from "./account.ts";
import type { ConsumerVerdict } from "./consumer.ts";
import { entryOf } from "./entry.ts";
import type { Example } from "./example.ts";
import type { Document } from "./system.ts";

/** The result of one rotation of an example. */
export interface Shown {
  /** From RotateSecret until RETIRING was gone. */
  readonly seconds: number;
  readonly failedLogins: number;
  readonly rolled: number;
  /** Fields of the rotated secret that changed. */
  readonly changed: readonly string[];
  readonly fields: number;
  /** Empty if every promise was kept. */
  readonly problems: readonly string[];
}

/**
 * Rotates an example's secret from end to end while its application runs, and lets settlement run by itself.
 */
export async function runExample(example: Example, server: Server): Promise<Shown> {
  await using account = await Account.start(example, server);
  await using parts = new AsyncDisposableStack();
  const consumers = await example.start(account);
  for (const consumer of consumers) parts.use(consumer);
  const before = await account.texts();
  await account.connect();

  const startedAt = performance.now();
  const failure = await account.rotate();
  const isSettled = failure === undefined && (await account.settled());
  const seconds = Math.round((performance.now() - startedAt) / 100) / 10;

  const after = await account.texts();
  const [old, current] = [before, after].map((texts) => documentOf(texts, example.secret));
  if (!old || !current) throw new Error(`${example.secret} is not there.`);
  const verdicts: ConsumerVerdict[] = [];
  if (isSettled) {
    for (const consumer of consumers) await consumer.renew();
    for (const consumer of consumers) verdicts.push(await consumer.verdict(current));
  }
  const problems = [
    ...(failure === undefined ? [] : [failure]),
    ...(failure === undefined && !isSettled ? ["the rotation was not settled"] : []),
    ...unclassified(example, before),
    ...wronglyChanged(example, before, after),
    ...(await loginProblems(example, server, old, current)),
    ...(await (example.afterwards?.(account, current) ?? [])),
    ...account.aws.notifications.map(({ subject }) => `on-call got: ${subject}`),
    ...verdicts.flatMap((verdict) => verdict.problems),
  ];
  const failedLogins = verdicts.reduce((sum, { failed }) => sum + failed, 0);
  if (failedLogins > 0 && sparesLogins(example)) problems.push(`${failedLogins} logins failed`);
  const names = Object.keys(current);
  return {
    seconds,
    problems,
    failedLogins,
    fields: names.length,
    rolled: verdicts.reduce((sum, { rolled }) => sum + rolled, 0),
    changed: names.filter((name) => current[name] !== old[name]),
  };
}

/** Whether the strategies promise that no login fails. */
function sparesLogins(example: Example): boolean {
  const { credentials = [] } = entryOf(example) ?? {};
  return credentials.every(({ strategy }) => strategy === "alternating-users");
}

function documentOf(texts: ReadonlyMap<string, string>, secret: string): Document {
  return JSON.parse(texts.get(secret) ?? "{}");
}

/** Checks that exactly the fields of the credentials changed, and no other byte of any secret. */
function wronglyChanged(
  { secret, rotates }: Example,
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): string[] {
  const [old, current] = [documentOf(before, secret), documentOf(after, secret)];
  const replaced = rotates.flatMap(({ fields }) => fields);
  const kept = replaced.filter((field) => old[field] === current[field]);
  const expected = { ...old, ...Object.fromEntries(replaced.map((f) => [f, current[f]])) };
  const generated = rotates.filter(({ login }) => !login).map(({ fields: [field] }) => field);
  const misshapen = generated.filter((field) => old[field]?.length !== current[field]?.length);
  const touched = [...before].filter(([name, text]) => name !== secret && text !== after.get(name));
  return [
    ...kept.map((field) => `${field} was not replaced`),
    ...(textOf(expected) === after.get(secret) ? [] : [`other bytes of ${secret} changed`]),
    ...misshapen.map((field) => `${field} is not as long as it was`),
    ...touched.map(([name]) => `${name} was changed`),
  ];
}

/** Without this check, a field that the example does not mention would be skipped silently. */
function unclassified(
  { secret, rotates, notYet, settings }: Example,
  texts: ReadonlyMap<string, string>,
): string[] {
  return [...texts.keys()].flatMap((name) => {
    const known = [
      ...(name === secret ? rotates.flatMap(({ fields }) => fields) : []),
      ...notYet.filter((each) => (each.secret ?? secret) === name).flatMap(({ fields }) => fields),
      ...(settings[name] ?? []),
    ];
    const fields = Object.keys(documentOf(texts, name));
    return fields
      .filter((field) => !known.includes(field))
      .map(
        (field) => `${field} of ${name} is neither rotated, nor listed as not yet, nor a setting`,
      );
  });
}

async function loginProblems(
  { rotates }: Example,
  server: Server,
  old: Document,
  current: Document,
): Promise<string[]> {
  const problems: string[] = [];
  for (const { fields, login } of rotates) {
    if (!login) continue;
    if (await server.accepts(login(old))) problems.push(`the old ${fields[0]} is still accepted`);
    if (!(await server.accepts(login(current)))) problems.push(`the new ${fields[0]} is refused`);
  }
  return problems;
}
