import { hostileTexts } from "../../../contracts/engine.ts";

/** What names of users can hold: the server keeps them as utf8mb3. */
export const names = hostileTexts.filter(([, text]) => !/[\u{10000}-\u{10ffff}]/u.test(text));
