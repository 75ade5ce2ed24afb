import { arn } from "./cloudformation.ts";

/** Secrets Manager ends a secret's ARN with six characters that only it knows. */
export const secretArn = (nameOrArn: string) =>
  nameOrArn.startsWith("arn:") ? nameOrArn : arn("secretsmanager", `secret:${nameOrArn}-??????`);

/** In characters: what one list of a policy may hold, exact names and beginnings of names. */
const [exactLength, prefixesLength] = [9000, 2500];

export interface NamedSecrets {
  /** ARNs for a policy, as texts of Fn::Sub. */
  readonly arns: readonly string[];
  /** Whether they fit no other secret. */
  readonly isExact: boolean;
}

/**
 * Secrets as a policy names them: one by one while that fits, else by what their names begin with. Where they are not exact,
 * a condition has to say which of those secrets are meant.
 */
export function namedSecrets(secrets: readonly string[]): NamedSecrets {
  const exact = [...new Set(secrets.map(secretArn))];
  if (lengthOf(exact) <= exactLength) return { arns: exact, isExact: true };
  let [fits, tooLong] = [0, Math.max(...exact.map((text) => text.length))];
  while (tooLong - fits > 1) {
    const middle = Math.floor((fits + tooLong) / 2);
    if (lengthOf(beginnings(exact, middle)) <= prefixesLength) fits = middle;
    else tooLong = middle;
  }
  return { arns: beginnings(exact, fits), isExact: false };
}

const lengthOf = (texts: readonly string[]) =>
  texts.reduce((sum, text) => sum + text.length + 3, 0);

const nameStart = ":secret:";

/** Each name's first characters, and whole names where they are shorter. */
function beginnings(arns: readonly string[], characters: number): readonly string[] {
  const cut = arns.map((text) => {
    const end = text.indexOf(nameStart) + nameStart.length + characters;
    return text.length <= end ? text : `${text.slice(0, end)}*`;
  });
  return [...new Set(cut)].toSorted();
}
