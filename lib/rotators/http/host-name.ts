/** Whether this is a host name of several labels with a letter in the last one, so that no form of an IP address is one. */
export const isHostName = (host: string): boolean =>
  /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/.test(
    host,
  );
