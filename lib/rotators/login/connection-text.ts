import { parseKeywords } from "./keyword-string.ts";
import {
  type ConnectionText,
  type ConnectionUrl,
  parseConnectionUrl,
  withUserinfo,
} from "./url.ts";
import { loginInQuery } from "./url-query.ts";

/** `undefined` when the text has none of the known forms. */
export function parseConnectionText(text: string): ConnectionText | undefined {
  const url = parseConnectionUrl(text);
  return url ? urlText(text, url) : parseKeywords(text);
}

/** With the login ahead of the host, in the query, or one part here and the other there. */
function urlText(text: string, url: ConnectionUrl): ConnectionText {
  const query = loginInQuery(text);
  const isTwice = (["username", "password"] as const).some(
    (part) => url[part] && query.login[part],
  );
  return {
    ...query.login,
    ...url,
    isUrl: true,
    isAmbiguous: isTwice || query.isAmbiguous,
    with: (username, password) => {
      const changed = query.with(username, password);
      return withUserinfo(changed, username, password) ?? changed;
    },
  };
}
