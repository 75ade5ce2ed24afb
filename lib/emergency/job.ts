import type { EmergencyPorts } from "./ports.ts";
import type { EmergencyRequest } from "./request.ts";
import type { Wish } from "./step.ts";

/** What one invocation after the other carries on with. */
export interface Job {
  readonly request: EmergencyRequest & { readonly action: Wish["action"] };
  /** When it was asked for; ISO 8601. */
  readonly askedAt: string;
  /** How many invocations were for it before. */
  readonly round: number;
  /** What was found, for the alert, where that is what whoever asked could not know. */
  readonly found?: string | undefined;
}

/** What is asked of each secret. */
export const wishOf = (
  { action, id, version, endSessions, revokeFirst }: Job["request"],
  askedAt: Date,
  { rotators }: Pick<EmergencyPorts, "rotators">,
): Omit<Wish, "entry" | "now"> => ({
  action,
  id,
  version,
  endSessions,
  revokeFirst,
  askedAt,
  ours: Object.values(rotators).filter(Boolean),
});
