import { z } from "zod";
import { AwsError } from "../aws-error.ts";
import type { Operations } from "../call.ts";
import { name, operation, page, pageFields } from "./operation.ts";
import { type User, type UserTable, uniqueId } from "./user-table.ts";
import { tag, tagUser } from "./user-tags.ts";

const path = z.string().regex(/^\/$|^\/[\x21-\x7e]+\/$/);

/** Users, without groups, console logins and permissions boundaries. */
export function users(table: UserTable, accountId: string): Operations {
  return {
    CreateUser: createUser(table, accountId),
    GetUser: operation(z.strictObject({ UserName: name.optional() }), (input, principal) => {
      const user = table.meant(input.UserName, principal);
      const Tags = [...user.tags.values()];
      return { User: { ...shown(user), ...(Tags.length > 0 && { Tags }) } };
    }),
    ListUsers: operation(
      z.strictObject({ PathPrefix: z.string().default("/"), ...pageFields }),
      ({ PathPrefix, ...asked }) => {
        const found = [...table.users.values()].filter((user) => user.path.startsWith(PathPrefix));
        const { items, ...rest } = page(found.toSorted(byName), asked);
        return { Users: items.map(shown), ...rest };
      },
    ),
    DeleteUser: operation(z.strictObject({ UserName: name }), ({ UserName }) => {
      const user = table.find(UserName);
      const left = user.keys.size > 0 ? "delete access keys" : "delete policies";
      if (user.keys.size + user.policies.size > 0)
        throw new AwsError("DeleteConflict", `Cannot delete entity, must ${left} first.`, 409);
      table.users.delete(UserName);
      return {};
    }),
  };
}

function createUser(table: UserTable, accountId: string) {
  const shape = z.strictObject({
    UserName: name,
    Path: path.default("/"),
    Tags: z.array(tag).max(50).default([]),
  });
  return operation(shape, ({ UserName, Path, Tags }) => {
    if (table.users.has(UserName)) {
      const message = `User with name ${UserName} already exists.`;
      throw new AwsError("EntityAlreadyExists", message, 409);
    }
    const user: User = {
      name: UserName,
      path: Path,
      id: uniqueId("AIDA"),
      arn: `arn:aws:iam::${accountId}:user${Path}${UserName}`,
      createdAt: new Date(),
      keys: new Map(),
      tags: new Map(),
      policies: new Map(),
    };
    tagUser(user, Tags);
    table.users.set(UserName, user);
    return { User: shown(user) };
  });
}

const byName = (a: User, b: User) => (a.name < b.name ? -1 : 1);

const shown = ({ name: UserName, path: Path, id, arn, createdAt }: User) => ({
  Path,
  UserName,
  UserId: id,
  Arn: arn,
  CreateDate: createdAt.toISOString(),
});
