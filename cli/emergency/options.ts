import { UsageError } from "../command-line.ts";

export const usage = `Rotates secrets at once, ends what leaked, or brings the previous version back; then shows the progress.

  npm run emergency -- SECRETS [options]

What to do (one of them):
  --leaked            what the secrets hold leaked: replace it, end it, redeploy the consumers
  --rotate            rotate now, as the schedule does
  --rollback          bring the previous version back, while it still works
  --repair            find out why a secret is stuck, and fix it
  --drill             the same as --leaked, for canaries only (drill in rotation.yml); needs no reason
  --status            show the state of the secrets; changes nothing

Which secrets (names or ARNs; or one of these; --status without any: all):
  --pattern PATTERN   those whose name matches, e.g. 'production/*'
  --tag KEY[=VALUE]   those with this tag
  --all               all of rotation.yml

  --reason TEXT       why, for the log, the alert and the audit; not with --status
  --id ID             the name of the emergency (default: made from action and reason, so that the same command continues)
  --version-id ID     with --leaked and one secret: the version that leaked (default: AWSCURRENT)
  --revoke-first      with --leaked: revoke keys before there are new ones; what uses them fails until then
  --end-sessions      with --repair: allow sessions to be ended where that is needed
  --dry-run           show the plan and stop
  --yes               do not ask
  --follow            with --status: keep watching until nothing waits for Quarterturn
  --json              JSON lines, one per fact; the default in a pipe
  --stage NAME        the deployed stage (default: production)
  --function NAME     the function for emergencies (default: SERVICE-STAGE-emergency, SERVICE as in serverless.yml)
  --help              print this

Uses the AWS credentials and Region of your environment or profile, which need lambda:InvokeFunction on that function.
Ctrl-C, or closing the terminal, ends only the display: the emergency continues.
Exit codes: 0 all done (--dry-run: planned), 1 failed, or not all done: something is left for a person or, with --status,
under way; 2 invalid options, nothing was done; 130 Ctrl-C.`;

const flag = { type: "boolean", default: false } as const;

export const options = {
  leaked: flag,
  rotate: flag,
  rollback: flag,
  repair: flag,
  drill: flag,
  status: flag,
  pattern: { type: "string" },
  tag: { type: "string" },
  all: flag,
  reason: { type: "string", not: "status" },
  id: { type: "string" },
  "version-id": { type: "string", needs: "leaked" },
  "revoke-first": { ...flag, needs: "leaked" },
  "end-sessions": { ...flag, needs: "repair" },
  "dry-run": { ...flag, not: "status" },
  yes: { ...flag, not: "dry-run" },
  follow: { ...flag, needs: "status" },
  json: flag,
  stage: { type: "string", default: "production", not: "function" },
  function: { type: "string" },
} as const;

const actions = ["leaked", "rotate", "rollback", "repair", "drill", "status"] as const;

/** As `options` are read. */
interface Given extends Readonly<Partial<Record<(typeof actions)[number] | "all", boolean>>> {
  readonly pattern?: string | undefined;
  readonly tag?: string | undefined;
  readonly reason?: string | undefined;
  readonly id?: string | undefined;
  readonly "version-id"?: string | undefined;
  readonly "revoke-first"?: boolean;
  readonly "end-sessions"?: boolean;
}

/** What the function is asked, without who asks. */
export type Payload = Readonly<Record<string, unknown>> & {
  readonly action: (typeof actions)[number];
};

/** @throws UsageError */
export function payloadOf(given: Given, secrets: readonly string[]): Payload {
  const action = actionOf(given);
  const { reason, id } = given;
  const selection = selectionOf(given, secrets, action);
  if (action !== "status" && action !== "drill" && !reason?.trim())
    throw new UsageError(
      'Give a reason with --reason "…": the log, the alert and the audit show it.',
    );
  return {
    action,
    ...selection,
    ...(reason !== undefined && { reason }),
    ...(id !== undefined && { id }),
    ...(given["version-id"] !== undefined && { version: given["version-id"] }),
    ...(given["revoke-first"] && { revokeFirst: true }),
    ...(given["end-sessions"] && { endSessions: true }),
  };
}

function actionOf(given: Given): Payload["action"] {
  const [action, other] = actions.filter((each) => given[each]);
  const all = actions.map((each) => `--${each}`).join(", ");
  if (!action) throw new UsageError(`Say what to do: one of ${all}.`);
  if (other) throw new UsageError(`--${action} cannot be combined with --${other}: choose one.`);
  return action;
}

function selectionOf({ pattern, tag, all }: Given, secrets: readonly string[], action: string) {
  const selections = [
    ...(secrets.length > 0 ? [{ secrets }] : []),
    ...(pattern === undefined ? [] : [{ pattern }]),
    ...(tag === undefined ? [] : [{ tag: tagIn(tag) }]),
    ...(all ? [{ all: true }] : []),
  ];
  const [selection, other] = selections;
  if (other) throw new UsageError("Choose one of: names of secrets, --pattern, --tag, --all.");
  if (!selection && action !== "status")
    throw new UsageError("Name the secrets, or choose them with --pattern, --tag or --all.");
  return selection;
}

/** Of KEY=VALUE, where the key may not hold a `=`. */
function tagIn(text: string): { readonly key: string; readonly value?: string } {
  const [key = "", ...rest] = text.split("=");
  if (key === "") throw new UsageError("--tag takes KEY or KEY=VALUE.");
  return rest.length > 0 ? { key, value: rest.join("=") } : { key };
}
