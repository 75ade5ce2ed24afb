/** Before the first statement of a session: in texts, only quotes are special then, and the server quotes every name. */
export const plainQuotes =
  "SET SESSION sql_mode = 'NO_BACKSLASH_ESCAPES', SESSION sql_quote_show_create = 1";

/** No statement that changes an account can be prepared: every name and value passes here. */
export const quoteName = (name: string): string => `\`${withoutNul(name).replaceAll("`", "``")}\``;
export const quoteText = (text: string): string => `'${withoutNul(text).replaceAll("'", "''")}'`;

/** readLogin refuses such names long before. */
function withoutNul(text: string): string {
  return text.replaceAll("\0", "");
}

/** `app@10.%` as SQL. */
export const accountName = (username: string, host: string): string =>
  `${quoteName(username)}@${quoteName(host)}`;
