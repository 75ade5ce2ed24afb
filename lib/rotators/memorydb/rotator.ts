import { aclRotator } from "../acl-users/rotator.ts";
import { memoryDbClient } from "./clients.ts";
import { MemoryDbUser } from "./memorydb-user.ts";

export const rotator = aclRotator(({ user }) => new MemoryDbUser(user, memoryDbClient));
