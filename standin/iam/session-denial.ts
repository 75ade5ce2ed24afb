import { z } from "zod";
import type { Session } from "./user-table.ts";

/** What ends sessions that were made before a time (IAM user guide, "Revoke IAM role temporary security credentials"). */
const denial = z.object({
  Effect: z.literal("Deny"),
  Action: z.union([z.literal("*"), z.tuple([z.literal("*")])]),
  Resource: z.union([z.literal("*"), z.tuple([z.literal("*")])]),
  Condition: z.strictObject({
    DateLessThan: z.strictObject({ "aws:TokenIssueTime": z.coerce.date() }),
  }),
});

const document = z.object({ Statement: z.array(z.unknown()) });

/** Whether an inline policy of its user denies a session everything because it was made too early. */
export const isDenied = ({ user, issuedAt }: Session) =>
  [...user.policies.values()].some((text) =>
    (document.safeParse(JSON.parse(text)).data?.Statement ?? []).some((statement) => {
      const until = denial.safeParse(statement).data?.Condition.DateLessThan["aws:TokenIssueTime"];
      return until !== undefined && issuedAt < until;
    }),
  );
