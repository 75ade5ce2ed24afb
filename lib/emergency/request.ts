import { createHash } from "node:crypto";
import { suggestion } from "../manifest/suggestion.ts";
import { InvalidEmergency } from "./errors.ts";
import { type Fields, flag, text } from "./fields.ts";
import { type Selection, selectionIn } from "./given-selection.ts";

/** `status` changes nothing. */
const actions = ["rotate", "leaked", "rollback", "repair", "status"] as const;
export type EmergencyAction = (typeof actions)[number];

/** What a person asks for: the payload of the function, read. */
export interface EmergencyRequest {
  readonly action: EmergencyAction;
  readonly selection: Selection;
  /** Names the emergency: whoever asks again with the same one continues it. Of `status`: empty means any. */
  readonly id: string;
  /** Why, in the words of whoever asks; empty where only the state is asked for. */
  readonly reason: string;
  /** Who asks, as the caller says: e.g. an ARN. CloudTrail knows better. */
  readonly caller: string;
  /** Only show what would be done. */
  readonly dryRun: boolean;
  /** The version that leaked; absent: AWSCURRENT. */
  readonly version?: string | undefined;
  /** Keys that leaked are revoked before there are new ones. */
  readonly revokeFirst: boolean;
  /** It is a drill: only canaries are meant, and what it took is recorded instead of told. */
  readonly isDrill: boolean;
  /** Where the repair needs it, sessions of people's and consumers' logins may be ended. */
  readonly endSessions: boolean;
}

const keys = [
  "action",
  "secrets",
  "pattern",
  "tag",
  "all",
  "id",
  "reason",
  "caller",
  "dryRun",
  "version",
  "endSessions",
  "revokeFirst",
];

/** What may be asked for: a drill is a leak of a canary. */
const known = [...actions, "drill"] as const;

/** @throws InvalidEmergency */
export function parseRequest(payload: unknown, now: Date): EmergencyRequest {
  if (typeof payload !== "object" || payload === null || Array.isArray(payload))
    throw new InvalidEmergency("expected a JSON object");
  const fields: Fields = { ...payload };
  for (const key of Object.keys(fields))
    if (!keys.includes(key))
      throw new InvalidEmergency(`unknown key ${JSON.stringify(key)}${suggestion(key, keys)}`);
  const asked = known.find((each) => each === fields["action"]);
  if (!asked) throw new InvalidEmergency(`action must be one of ${known.join(", ")}`);
  const isDrill = asked === "drill";
  const action = isDrill ? "leaked" : asked;
  const selection = selectionIn(fields, action === "status");
  const reason = text(fields, "reason", 256) ?? (isDrill ? "drill" : "");
  if (action !== "status" && reason === "")
    throw new InvalidEmergency("reason is missing: give one for the log, the alert and the audit");
  const version = text(fields, "version", 64);
  if (version !== undefined && action !== "leaked")
    throw new InvalidEmergency("version is only for the action leaked");
  if (version !== undefined && !("secrets" in selection && selection.secrets.length === 1))
    throw new InvalidEmergency("version needs exactly one secret under secrets");
  const endSessions = flag(fields, "endSessions");
  if (endSessions && action !== "repair")
    throw new InvalidEmergency("endSessions is only for the action repair");
  const revokeFirst = flag(fields, "revokeFirst");
  if (revokeFirst && action !== "leaked")
    throw new InvalidEmergency("revokeFirst is only for the action leaked");
  return {
    action,
    selection,
    id: idIn(fields) ?? defaultId(asked, reason, now),
    reason,
    caller: text(fields, "caller", 256) ?? "unknown",
    dryRun: flag(fields, "dryRun"),
    isDrill,
    ...(version !== undefined && { version }),
    endSessions,
    revokeFirst,
  };
}

/** It becomes part of a tag, between slashes (TagResource: letters, digits, spaces and `_.:/=+-@`). */
const idForm = /^[\w.:=+@-]{1,64}$/;

function idIn(fields: Fields): string | undefined {
  const id = text(fields, "id", 64);
  if (id !== undefined && !idForm.test(id))
    throw new InvalidEmergency("id may contain only letters, digits and _.:=+-@");
  return id;
}

/** Who gives the same reason for the same action again means the same emergency; each drill is one of its own. */
function defaultId(asked: (typeof known)[number], reason: string, now: Date): string {
  if (asked === "status") return "";
  if (asked === "drill") return `drill-${now.toISOString()}`;
  return createHash("sha256").update(`${asked}\n${reason}`).digest("hex").slice(0, 12);
}
