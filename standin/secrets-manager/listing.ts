import { z } from "zod";
import type { Operations } from "../call.ts";
import { details, labelledVersions } from "./descriptions.ts";
import { checkFilters, filters, matches } from "./filters.ts";
import { operation } from "./operation.ts";
import { page, pageFields } from "./paging.ts";
import { type Secret, seconds } from "./secret.ts";
import type { SecretTable } from "./secret-table.ts";

/** By what ListSecrets sorts; the date of creation by default. */
const SORT_KEYS = {
  "created-date": ({ createdAt }: Secret) => createdAt,
  "last-accessed-date": ({ accessedAt }: Secret) => accessedAt ?? 0,
  "last-changed-date": ({ changedAt }: Secret) => changedAt,
  name: ({ name }: Secret) => name,
} as const;

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html, without its lag. */
export function listingOperations(secrets: SecretTable): Operations {
  const shape = z.object({
    IncludePlannedDeletion: z.boolean().optional(),
    Filters: filters.optional(),
    SortBy: z.enum(Object.keys(SORT_KEYS) as (keyof typeof SORT_KEYS)[]).optional(),
    SortOrder: z.enum(["asc", "desc"]).optional(),
    ...pageFields(100),
  });
  return {
    ListSecrets: operation(shape, (input) => {
      const wanted = input.Filters ?? [];
      checkFilters(wanted);
      const found = secrets
        .all()
        .filter((secret) => input.IncludePlannedDeletion || secret.deletionAt === undefined)
        .filter((secret) => matches(secret, wanted));
      const sorted = inOrder(found, SORT_KEYS[input.SortBy ?? "created-date"]);
      if (input.SortOrder === "desc") sorted.reverse();
      const { items, ...next } = page(sorted, input, 100);
      return { SecretList: items.map(entry), ...next };
    }),
  };
}

/** Equal ones stay in the order of their creation. */
function inOrder(secrets: readonly Secret[], key: (secret: Secret) => string | number): Secret[] {
  return secrets.toSorted((a, b) => Number(key(a) > key(b)) - Number(key(a) < key(b)));
}

/**
 * SecretListEntry (API_SecretListEntry). Two dates differ from those of DescribeSecret: LastRotatedDate "is null if
 * the secret hasn't ever rotated", so it stays when rotation is turned off, and DeletedDate is "the date and time
 * the deletion of the secret occurred".
 */
function entry(secret: Secret): object {
  const { rotatedAt, deletedAt } = secret;
  return {
    ...details(secret),
    ...(rotatedAt !== undefined && { LastRotatedDate: seconds(rotatedAt) }),
    ...(deletedAt !== undefined && { DeletedDate: seconds(deletedAt) }),
    ...(secret.versions.size > 0 && { SecretVersionsToStages: labelledVersions(secret) }),
  };
}
