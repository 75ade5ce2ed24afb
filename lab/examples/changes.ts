import { type Account, textOf } from "./account.ts";
import type { Phase } from "./phase.ts";
import type { Document } from "./system.ts";

export function documentOf(texts: ReadonlyMap<string, string>, secret: string): Document {
  return JSON.parse(texts.get(secret) ?? "{}");
}

/** Checks that exactly the fields of the credentials changed, and no other byte of any secret. */
export function wronglyChanged(
  { secret, credentials }: Phase,
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): string[] {
  const [old, current] = [documentOf(before, secret), documentOf(after, secret)];
  const replaced = credentials.flatMap(({ fields }) => fields);
  const kept = replaced.filter((field) => old[field] === current[field]);
  const expected = { ...old, ...Object.fromEntries(replaced.map((f) => [f, current[f]])) };
  const generated = credentials.filter(({ login, issuer }) => !login && !issuer);
  const misshapen = generated.flatMap(({ fields: [field] }) =>
    old[field]?.length === current[field]?.length ? [] : field,
  );
  const touched = [...before].filter(([name, text]) => name !== secret && text !== after.get(name));
  return [
    ...kept.map((field) => `${field} was not replaced`),
    ...(textOf(expected) === after.get(secret) ? [] : [`other bytes of ${secret} changed`]),
    ...misshapen.map((field) => `${field} is not as long as it was`),
    ...touched.map(([name]) => `${name} was changed`),
  ];
}

/** The old value is refused, and the new one accepted, by whoever can be asked. */
export async function refusalProblems(
  { credentials }: Phase,
  account: Account,
  old: Document,
  current: Document,
): Promise<string[]> {
  const problems: string[] = [];
  for (const { fields, login, issuer } of credentials) {
    const accepts = (document: Document) =>
      login ? account.server.accepts(login(document)) : issuer?.accepts?.(account, document);
    const [was, is] = [await accepts(old), await accepts(current)];
    if (was) problems.push(`the old ${fields[0]} is still accepted`);
    if (is === false) problems.push(`the new ${fields[0]} is refused`);
  }
  return problems;
}
