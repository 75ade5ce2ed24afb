import type { AclUser, AclUserState } from "./acl-user.ts";
import { AclUserUnusable } from "./errors.ts";

/**
 * That this user has passwords, and is the one that the secret holds.
 * @param username in the secret
 * @throws AclUserUnusable
 */
export function requireUsable(
  { name }: Pick<AclUser, "name">,
  { status, username: found, authentication }: AclUserState,
  username: string,
): void {
  const problem = problemOf(status, authentication);
  if (problem) throw new AclUserUnusable(name, ...problem);
  if (found === username) return;
  throw new AclUserUnusable(
    name,
    `it logs in as ${found}, and the secret holds ${username}`,
    "Name the user that the secret holds under user in rotation.yml. In ElastiCache an id and a name are two things: `aws elasticache describe-users` shows both.",
  );
}

type Problem = readonly [problem: string, remedy: string];

function problemOf(status: string, authentication: string): Problem | undefined {
  if (status === "deleting") return ["it is being deleted", "Remove the secret from rotation.yml."];
  if (authentication === "iam")
    return [
      "it logs in with IAM, and has no password",
      "Remove the secret from rotation.yml: IAM tokens live 15 minutes, so nothing needs rotation.",
    ];
  if (authentication === "password") return undefined;
  return [
    `it needs no password to log in (${authentication})`,
    "Give it the password that AWSCURRENT holds: aws elasticache modify-user --authentication-mode Type=password,Passwords=….",
  ];
}
