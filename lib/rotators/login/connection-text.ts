import { parseKeywords } from "./keyword-string.ts";
import { type Key, placesOf, portsApart } from "./places.ts";
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
function urlText(text: string, { hosts, ...url }: ConnectionUrl): ConnectionText {
  const query = loginInQuery(text);
  const { names, ports } = portsApart(hosts);
  const ahead: Partial<Record<Key, string>> = { host: names, port: ports };
  const isTwice = (["username", "password"] as const).some(
    (part) => url[part] && query.login[part],
  );
  return {
    ...query.login,
    ...url,
    places: placesOf((key) => [...(ahead[key] ? [ahead[key]] : []), ...query.all(key)]),
    isAmbiguous: isTwice || query.isAmbiguous,
    with: (username, password) => {
      const changed = query.with(username, password);
      return withUserinfo(changed, username, password) ?? changed;
    },
  };
}
