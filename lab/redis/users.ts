import { createHash, randomBytes } from "node:crypto";

/** Runs a command as the superuser. */
type Run = (...words: string[]) => Promise<unknown>;

export const hashOf = (password: string): string =>
  `#${createHash("sha256").update(password).digest("hex")}`;

export const everything = ["~*", "&*", "+@all"];

/** What an application may do: everything but administration. */
export const application = ["~*", "&*", "+@all", "-@admin", "-@dangerous"];

/** As docs/types/redis.md has it: no access to keys. */
const administration = [
  "+acl|setuser",
  "+acl|getuser",
  "+acl|save",
  "+acl|dryrun",
  "+client|list",
  "+client|setname",
  "+client|kill",
  "+multi",
  "+exec",
  "+config|get",
  "+config|rewrite",
  "+info",
  "+cluster|nodes",
];

/** @param rules e.g. `["~*", "+@all"]` @returns a password that is an AUTH token of ElastiCache, too */
export async function createUser(
  run: Run,
  username: string,
  rules: readonly string[],
): Promise<string> {
  const password = randomBytes(18).toString("hex");
  await run("ACL", "SETUSER", username, "reset", "on", hashOf(password), ...rules);
  return password;
}

export const createAdministrator = (run: Run, username: string): Promise<string> =>
  createUser(run, username, administration);

export async function letAdminister(run: Run, username: string, may: boolean): Promise<void> {
  await run("ACL", "SETUSER", username, `${may ? "+" : "-"}acl|setuser`);
}

export async function setPasswords(
  run: Run,
  username: string,
  passwords: readonly string[],
): Promise<void> {
  await run("ACL", "SETUSER", username, "on", "resetpass", ...passwords.map(hashOf));
}
