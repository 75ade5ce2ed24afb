import { hostileTexts } from "../../../contracts/engine.ts";

/** The server keeps names as utf8mb3, at most 32 characters of them, and no spaces at their beginning. */
const names = (length: number) =>
  hostileTexts.flatMap(([what, text]): [string, string][] =>
    /[\u{10000}-\u{10ffff}]/u.test(text) ? [] : [[what, text.trimStart().slice(0, length)]],
  );

export const userNames = names(24);

/** With room for the end of a second user's name. */
export const pairNames = names(20);
