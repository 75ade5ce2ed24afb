/** The problem of what no URL can have as its host, with or without a port. Never quotes it. */
export function hostProblem(text: string): string | undefined {
  const [, host = "", port] = /^(\[[0-9A-Fa-f:.]+\]|[\w.-]+)(?::(\d{1,5}))?$/.exec(text) ?? [];
  if (host === "")
    return "is not a host: write host or host:port, as it stands in the URL, like reader.internal or pooler.internal:6432";
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535))
    return "has no valid port: write a number from 1 to 65535";
  return undefined;
}
