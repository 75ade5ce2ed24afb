import { z } from "zod";
import { AwsError } from "../aws-error.ts";
import type { Operations } from "../call.ts";
import { name, operation, page, pageFields } from "./operation.ts";
import type { User, UserTable } from "./user-table.ts";

const key = z.string().regex(/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u);

export const tag = z.strictObject({
  Key: key,
  Value: z.string().regex(/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u),
});

/** IAM and AWS STS quotas: tags of a user. */
const limit = 50;

/** Keys are the same whatever their case (IAM user guide, "Tags for IAM resources"). */
export function tagUser(user: User, tags: readonly z.infer<typeof tag>[]): void {
  const changed = new Map(user.tags);
  for (const each of tags) changed.set(each.Key.toLowerCase(), each);
  if (changed.size > limit)
    throw new AwsError("LimitExceeded", `Cannot exceed quota for TagsPerUser: ${limit}`, 409);
  for (const [id, each] of changed) user.tags.set(id, each);
}

export function userTags(table: UserTable): Operations {
  return {
    TagUser: operation(
      z.strictObject({ UserName: name, Tags: z.array(tag).max(limit) }),
      ({ UserName, Tags }) => {
        tagUser(table.find(UserName), Tags);
        return {};
      },
    ),
    UntagUser: operation(
      z.strictObject({ UserName: name, TagKeys: z.array(key).max(limit) }),
      ({ UserName, TagKeys }) => {
        const { tags } = table.find(UserName);
        for (const each of TagKeys) tags.delete(each.toLowerCase());
        return {};
      },
    ),
    ListUserTags: operation(
      z.strictObject({ UserName: name, ...pageFields }),
      ({ UserName, ...asked }) => {
        const { items, ...rest } = page([...table.find(UserName).tags.values()], asked);
        return { Tags: items, ...rest };
      },
    ),
  };
}
