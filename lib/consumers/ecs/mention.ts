import type { SecretIdentity } from "../../settlement/consumer.ts";

/** From this length on, or with a slash, a name is not an ordinary word. In characters. */
const distinctive = 12;

/**
 * Whether a text contains the secret's ARN, full, partial or of a replica, or its distinctive name as a whole token:
 * what runs with that text may read the secret. A short name such as `app` means anything. Pure.
 */
export function mentions(text: string, { arn, name }: SecretIdentity): boolean {
  // So does every ARN, and most texts do not.
  if (!text.includes(name)) return false;
  const account = arn.split(":")[4] ?? "";
  const isDistinctive = name.includes("/") || name.length >= distinctive;
  return [name, name + arn.slice(-"-AbCdEf".length)].some((token) =>
    beginnings(text, token).some((before) => {
      const inArn = /:secretsmanager:[^:]*:([^:]*):secret:$/.exec(before);
      if (inArn) return inArn[1] === account;
      return (isDistinctive || token !== name) && isBoundary(before);
    }),
  );
}

/** What precedes the token, wherever it is not the beginning of a longer word or path. */
function beginnings(text: string, token: string): readonly string[] {
  const found: string[] = [];
  for (let at = text.indexOf(token); at >= 0; at = text.indexOf(token, at + 1))
    if (!/^(?:[\w/-]|[.+]\w)/.test(text.slice(at + token.length))) found.push(text.slice(0, at));
  return found;
}

/** Not the end of a longer word or path. Slashes may precede the token, as in `secretsmanager://name`. */
const isBoundary = (before: string) =>
  /(?:^|[^\w/.+-])\/*$/.test(before) || before.endsWith("/aws/reference/secretsmanager/");
