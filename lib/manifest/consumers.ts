import { z } from "zod";
import { list, text } from "./forms.ts";
import { unknownVariable } from "./names.ts";

const example = "production/worker";

const form = `complete, or { complete: true, ignore: [${example}] }`;

/** What a person knows about the consumers of a secret, and Quarterturn cannot see. */
export const consumersSchema = z
  .union(
    [
      z
        .string()
        .refine((word) => word === "complete", {
          error: ({ input }) => `must be ${form}, not ${JSON.stringify(input)}`,
        })
        .meta({ enum: ["complete"] })
        .describe("Quarterturn sees every consumer."),
      z
        .strictObject({
          complete: z.boolean().describe("Whether Quarterturn sees every consumer; default false."),
          ignore: list(text("a consumer"), example).describe(
            "Possible consumers that do not use the secret: cluster/service, or cluster/family for standalone tasks.",
          ),
        })
        .partial(),
    ],
    { error: `must be ${form}` },
  )
  .meta({ examples: ["complete", { complete: true, ignore: [example] }] })
  .describe(
    "`complete` if Quarterturn sees every consumer, so that no grace is needed; `ignore` for services that only mention the secret.",
  );

type Consumers = z.output<typeof consumersSchema>;

/** Whether the manifest says that every consumer can be seen. */
export const areComplete = (consumers: Consumers | undefined) =>
  typeof consumers === "object" ? consumers.complete === true : consumers === "complete";

/** What the manifest says does not consume the secret, although it mentions it. */
export const ignoredIn = (consumers: Consumers | undefined) =>
  typeof consumers === "object" ? consumers.ignore : undefined;

/** The problem of a name that no consumer can have. */
export function consumerProblem(name: string): string | undefined {
  if (/^[A-Za-z0-9_-]+\/[A-Za-z0-9_-]+$/.test(name)) return undefined;
  return (
    unknownVariable(name) ??
    "is not a consumer: use cluster/service, or cluster/family for standalone tasks"
  );
}
