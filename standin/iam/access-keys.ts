import { z } from "zod";
import { AwsError } from "../aws-error.ts";
import type { Operations } from "../call.ts";
import { name, noSuchEntity, operation, page, pageFields } from "./operation.ts";
import { type AccessKey, newSecret, type User, type UserTable, uniqueId } from "./user-table.ts";

/** IAM and AWS STS quotas: access keys of a user, of either status. */
const limit = 2;

const id = z.string().regex(/^\w{16,128}$/);
const userName = { UserName: name.optional() };

export function accessKeys(table: UserTable): Operations {
  const find = (user: User, keyId: string) => {
    const key = user.keys.get(keyId);
    if (key) return key;
    throw noSuchEntity(`The Access Key with id ${keyId} cannot be found.`);
  };
  return {
    CreateAccessKey: operation(z.strictObject(userName), (input, principal) => {
      const key = create(table, table.meant(input.UserName, principal));
      return { AccessKey: { ...shown(key), SecretAccessKey: key.secret } };
    }),
    ListAccessKeys: operation(
      z.strictObject({ ...userName, ...pageFields }),
      ({ UserName, ...asked }, principal) => {
        const { items, ...rest } = page([...table.meant(UserName, principal).keys.values()], asked);
        return { AccessKeyMetadata: items.map(shown), ...rest };
      },
    ),
    UpdateAccessKey: operation(
      z.strictObject({ ...userName, AccessKeyId: id, Status: z.enum(["Active", "Inactive"]) }),
      ({ UserName, AccessKeyId, Status }, principal) => {
        const key = find(table.meant(UserName, principal), AccessKeyId);
        if (key.isActive !== (Status === "Active")) {
          key.isActive = Status === "Active";
          key.changedAt = Date.now();
        }
        return {};
      },
    ),
    DeleteAccessKey: operation(
      z.strictObject({ ...userName, AccessKeyId: id }),
      ({ UserName, AccessKeyId }, principal) => {
        const user = table.meant(UserName, principal);
        const key = find(user, AccessKeyId);
        user.keys.delete(AccessKeyId);
        key.isDeleted = true;
        if (key.isActive) key.changedAt = Date.now();
        return {};
      },
    ),
    GetAccessKeyLastUsed: operation(z.strictObject({ AccessKeyId: id }), ({ AccessKeyId }) => {
      const key = table.keys.get(AccessKeyId);
      if (!key || key.isDeleted) throw noSuchEntity("The access key cannot be found.");
      return { UserName: key.user.name, AccessKeyLastUsed: lastUse(key) };
    }),
  };
}

function create(table: UserTable, user: User): AccessKey {
  if (user.keys.size >= limit) {
    const message = `Cannot exceed quota for AccessKeysPerUser: ${limit}`;
    throw new AwsError("LimitExceeded", message, 409);
  }
  const now = new Date();
  const key: AccessKey = {
    id: uniqueId("AKIA"),
    secret: newSecret(),
    user,
    createdAt: now,
    isActive: true,
    isDeleted: false,
    changedAt: now.getTime(),
    asked: 0,
  };
  user.keys.set(key.id, key);
  table.keys.set(key.id, key);
  return key;
}

const shown = ({ id: AccessKeyId, user, isActive, createdAt }: AccessKey) => ({
  UserName: user.name,
  AccessKeyId,
  Status: isActive ? "Active" : "Inactive",
  CreateDate: inSeconds(createdAt),
});

/** "N/A" for a key that was never used (API_AccessKeyLastUsed). */
const lastUse = ({ lastUse: use }: AccessKey) =>
  use
    ? { LastUsedDate: inSeconds(use.at), ServiceName: use.service, Region: use.region }
    : { ServiceName: "N/A", Region: "N/A" };

/** IAM shows no fractions of a second. */
const inSeconds = (date: Date) => date.toISOString().replace(/\.\d+Z$/, "Z");
