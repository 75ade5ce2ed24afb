import { LoginNameDiffers } from "../login/server-errors.ts";
import type { Run } from "./roles.ts";

/** The role of which a pooler's login name `role.tenant` is made. */
const pooledRoleQuery = `
  SELECT rolname AS role FROM pg_roles
  WHERE starts_with($1, rolname || '.') ORDER BY length(rolname) LIMIT 1`;

/** What explains that there is no role of this name; after `safePath`. @param at the server's address */
export async function loginNameDiffers(
  run: Run,
  at: string,
  name: string,
  signal: AbortSignal,
): Promise<LoginNameDiffers | undefined> {
  const result = await run(pooledRoleQuery, `look for the role of ${name}`, signal, [name]);
  const role = result?.rows[0]?.role;
  return role && new LoginNameDiffers(at, name, role);
}
