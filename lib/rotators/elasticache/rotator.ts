import { aclRotator } from "../acl-users/rotator.ts";
import { elastiCacheClient } from "./clients.ts";
import { ElastiCacheUser } from "./elasticache-user.ts";

export const rotator = aclRotator(({ user }) => new ElastiCacheUser(user, elastiCacheClient));
