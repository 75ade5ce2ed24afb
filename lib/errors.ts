/**
 * Every failure that Quarterturn can name. `code` is stable and is the error's name too, by which Lambda
 * reports it; `retryable` says whether the same step can succeed later without anybody's help. The message
 * says what happened and `remedy` what to do; neither ever holds a secret value, and there is no `cause`:
 * Lambda prints every enumerable property of an unhandled error, and drivers put whole statements into theirs.
 */
export abstract class RotationError extends Error {
  /**
   * What consumers feel: nothing was changed for them; nothing was changed, but they may not reach the server
   * either; or new logins may be failing now.
   */
  impact: "unchanged" | "unknown" | "outage" = "unchanged";
  /** What is known of production, where the impact alone does not say it well; in full, and for an SMS. */
  safety?: { readonly full: string; readonly brief: string };
  /** What comes next, where it does not follow from `retryable`. */
  readonly next?: string;
  readonly code: string;
  readonly retryable: boolean;
  readonly remedy: string;

  constructor(code: string, retryable: boolean, happened: string, remedy: string) {
    super(happened.endsWith("\n") ? happened + remedy : `${happened} ${remedy}`);
    this.name = code;
    this.code = code;
    this.retryable = retryable;
    this.remedy = remedy;
  }

  /** The same, met while AWSCURRENT was refused: whatever it is about, consumers go on failing. */
  inOutage(): this {
    this.impact = "outage";
    delete this.safety;
    return this;
  }
}

// The event and the gate: nothing was touched.

/** The payload is not a rotation event of Secrets Manager. */
export class InvalidEvent extends RotationError {
  constructor(problem: string) {
    super(
      "INVALID_EVENT",
      false,
      `The event is no rotation event: ${problem}.`,
      "This function is invoked by Secrets Manager; to rotate by hand, call RotateSecret.",
    );
  }
}

/** The payload is not what settlement asks of the functions that it invokes. */
export class InvalidRequest extends RotationError {
  constructor(problem: string) {
    super(
      "INVALID_REQUEST",
      false,
      `The request is none that settlement makes: ${problem}.`,
      "This function is invoked by settlement with { action, secret, version }, without an action where it mirrors; it takes no rotation events.",
    );
  }
}

/** `Step` is none of the four. */
export class UnknownStep extends RotationError {
  constructor(step: string) {
    super(
      "UNKNOWN_STEP",
      false,
      `The event asks for the step ${JSON.stringify(step)}.`,
      "The steps are createSecret, setSecret, testSecret and finishSecret, written so.",
    );
  }
}

/** The manifest that was compiled into this function does not name the secret. */
export class NotInManifest extends RotationError {
  constructor(secret: string) {
    super(
      "NOT_IN_MANIFEST",
      false,
      `The manifest of this function does not name the secret ${secret}.`,
      "Add it to rotation.yml and deploy, or take this function off the secret.",
    );
  }
}

/** The manifest asks for a type or strategy that these functions do not have. */
export class UnknownType extends RotationError {
  constructor(name: string) {
    super(
      "UNKNOWN_TYPE",
      false,
      `The manifest asks for ${name}, which this function does not know.`,
      "Correct rotation.yml and deploy; npm run build checks it.",
    );
  }
}

/** AWS itself rotates the secret (`OwningService`). */
export class ManagedByAws extends RotationError {
  constructor(secret: string, owner: string) {
    super(
      "MANAGED_BY_AWS",
      false,
      `The secret ${secret} belongs to ${owner}, which rotates it itself.`,
      "Remove it from rotation.yml; set its schedule in that service.",
    );
  }
}

/** `RotationEnabled` is not true. */
export class RotationNotEnabled extends RotationError {
  constructor(secret: string) {
    super(
      "ROTATION_NOT_ENABLED",
      false,
      `Rotation is not enabled for the secret ${secret}.`,
      "Enable it by RotateSecret with this function's ARN and a schedule (npx serverless deploy does).",
    );
  }
}

/** The token is no labelled version of the secret. */
export class TokenUnknown extends RotationError {
  constructor(secret: string, token: string) {
    super(
      "TOKEN_UNKNOWN",
      false,
      `The secret ${secret} has no labelled version ${token}.`,
      "Start a fresh rotation by RotateSecret; an event cannot be replayed once its version lost AWSPENDING.",
    );
  }
}

/** The token's version exists but is not AWSPENDING. */
export class TokenNotPending extends RotationError {
  constructor(secret: string, token: string, labels: readonly string[]) {
    super(
      "TOKEN_NOT_PENDING",
      false,
      `Version ${token} of ${secret} carries ${labels.join(", ") || "no label"}, not AWSPENDING.`,
      "Start a fresh rotation by RotateSecret.",
    );
  }
}

/** No version is AWSCURRENT: there is nothing to start from. */
export class NoCurrentVersion extends RotationError {
  constructor(secret: string) {
    super(
      "NO_CURRENT_VERSION",
      false,
      `No version of the secret ${secret} is AWSCURRENT.`,
      "Put the credential that works now into the secret by PutSecretValue.",
    );
  }
}

/** RETIRING sits on a version other than AWSCURRENT: the last rotation has not killed its old credential. */
export class Unsettled extends RotationError {
  constructor(secret: string, retiring: string) {
    super(
      "UNSETTLED",
      true,
      `The last rotation of ${secret} is not settled: version ${retiring} is still RETIRING and consumers may hold its credential.`,
      "Wait until settlement has removed RETIRING, or see what keeps it; rotating again now could lock them out.",
    );
  }
}

/** What was asked to be retired is not on its way out; nothing was touched. */
export class NotRetiring extends RotationError {
  constructor(secret: string, version: string, labels: readonly string[]) {
    super(
      "NOT_RETIRING",
      false,
      `Version ${version} of ${secret} carries ${labels.join(", ") || "no label"}; only a version with RETIRING and neither AWSCURRENT nor AWSPENDING is retired.`,
      "Rotate the secret first; the rotation attaches RETIRING to what it replaces.",
    );
  }
}

/** Two credentials of one secret are one user of one server, or users of one pair: they would undo each other. */
export class LoginShared extends RotationError {
  constructor(secret: string, address: string, username: string) {
    super(
      "LOGIN_SHARED",
      false,
      `Two credentials of ${secret} are user ${username} on ${address}, or the users of one pair there.`,
      "Make them one credential in rotation.yml (its urls may be several), or give each a user of its own.",
    );
  }
}

/** AWSCURRENT or AWSPENDING holds the very credential that was asked to be retired; nothing was touched. */
export class HeldByLiveVersion extends RotationError {
  constructor(secret: string, version: string, label: string) {
    super(
      "HELD_BY_LIVE_VERSION",
      false,
      `Version ${version} of ${secret} holds a credential that ${label} holds too.`,
      "Retiring it would lock consumers out. If it leaked, rotate again.",
    );
  }
}

/** The old credential was retired, and the server still lets it in. */
export class StillAccepted extends RotationError {
  constructor(address: string, username: string) {
    super(
      "STILL_ACCEPTED",
      true,
      `${address} still accepts the retired credential of user ${username}.`,
      "Look for another way in (a pooler's user list, a replica that lags, pg_hba.conf) and close it; it is tried again.",
    );
  }
}

/** The secret's document is not usable: no connection was opened. */
export abstract class DocumentError extends RotationError {}

/** The version holds `SecretBinary`. */
export class SecretBinary extends DocumentError {
  constructor(secret: string, version: string) {
    super(
      "SECRET_BINARY",
      false,
      `Version ${version} of ${secret} is binary.`,
      "Store it as a JSON string (SecretString).",
    );
  }
}

/** The version is no JSON object. */
export class SecretNotJson extends DocumentError {
  constructor(where: string) {
    super(
      "SECRET_NOT_JSON",
      false,
      `${where} is not a JSON object.`,
      "Put a JSON object into the secret; check it with `jq type`.",
    );
  }
}

/** The manifest says that the secret is the credential itself, and it is an object with fields. */
export class SecretNotPlain extends DocumentError {
  constructor(where: string) {
    super(
      "SECRET_NOT_PLAIN",
      false,
      `${where} is a JSON object, and rotation.yml says that it is the credential itself.`,
      "Name the field of the object in rotation.yml (fields, urls or field) instead.",
    );
  }
}

/** A field that the credential needs is not in the document, nor in the manifest's `connection`. */
export class FieldMissing extends DocumentError {
  constructor(where: string, role: string, tried: readonly string[]) {
    super(
      "FIELD_MISSING",
      false,
      `${where} has no ${role} (looked for ${tried.map((name) => JSON.stringify(name)).join(", ")}).`,
      `Add the field, or name it in rotation.yml under fields.${role}, or state it under connection.${role}.`,
    );
  }
}

/** Two credentials of the manifest have the same field of the secret for theirs. */
export class FieldShared extends DocumentError {
  constructor(where: string, username: string) {
    super(
      "FIELD_SHARED",
      false,
      `${where}: the fields of user ${username} are those of another credential of the secret, too.`,
      "Name each one's own under fields in rotation.yml, or say `fields: {}` for a login that stands in a URL alone.",
    );
  }
}

/** A field is there but holds what it cannot hold. */
export class FieldInvalid extends DocumentError {
  constructor(where: string, field: string, expected: string) {
    super(
      "FIELD_INVALID",
      false,
      `${where}: ${field === "" ? "the value" : `the field ${JSON.stringify(field)}`} is not ${expected}.`,
      "Correct the field in the secret, or map another one in rotation.yml under fields.",
    );
  }
}

/** `engine` in the document contradicts `type` in the manifest. */
export class EngineMismatch extends DocumentError {
  constructor(where: string, engine: string, type: string) {
    super(
      "ENGINE_MISMATCH",
      false,
      `${where} says engine ${JSON.stringify(engine)}, rotation.yml says type ${type}.`,
      "Correct whichever is wrong.",
    );
  }
}

/** A URL in the document points elsewhere than the fields beside it. */
export class UrlMismatch extends DocumentError {
  constructor(where: string, field: string, part: string) {
    super(
      "URL_MISMATCH",
      false,
      `${where}: the URL in ${JSON.stringify(field)} names another ${part} than the credential has.`,
      "Correct the URL, or take it off the credential's urls in rotation.yml.",
    );
  }
}

/** A version names another server or user than AWSCURRENT does: it could lead this function astray. */
export class TargetChanged extends DocumentError {
  constructor(where: string, parts: readonly string[]) {
    super(
      "TARGET_CHANGED",
      false,
      `${where} differs from AWSCURRENT in ${parts.join(", ")}.`,
      "Remove AWSPENDING from that version and rotate afresh; a move to another server is made in AWSCURRENT, never by a rotation.",
    );
  }
}

/** AWSCURRENT was edited while this rotation was under way; promoting would lose the edit. */
export class SecretChanged extends RotationError {
  constructor(secret: string, token: string) {
    super(
      "SECRET_CHANGED",
      false,
      `AWSCURRENT of ${secret} was edited after version ${token} was made from it.`,
      "Remove AWSPENDING from that version and rotate afresh, so that the edit is kept.",
    );
  }
}

/** The pending version has no value although createSecret has run. */
export class PendingEmpty extends RotationError {
  constructor(secret: string, token: string) {
    super(
      "PENDING_EMPTY",
      true,
      `Version ${token} of ${secret} has no value yet.`,
      "Secrets Manager repeats the rotation from createSecret; if this persists, rotate afresh.",
    );
  }
}

/** Secrets Manager takes at most 65,536 bytes. */
export class SecretTooLarge extends RotationError {
  constructor(secret: string, bytes: number) {
    super(
      "SECRET_TOO_LARGE",
      false,
      `The new value of ${secret} would have ${bytes} bytes; Secrets Manager takes 65536.`,
      "Split the secret.",
    );
  }
}

/** A field cannot go to its parameter; nothing was written. */
export class FieldNotMirrored extends DocumentError {
  constructor(where: string, field: string, why: string) {
    super(
      "FIELD_NOT_MIRRORED",
      false,
      `${where}: the field ${JSON.stringify(field)} cannot be mirrored: ${why}.`,
      "Correct the secret, or what mirror says in rotation.yml.",
    );
  }
}

// The parameters that mirror a secret.

/** A mirrored parameter exists and is no SecureString; nothing was written. */
export class ParameterNotSecure extends RotationError {
  constructor(parameter: string) {
    super(
      "PARAMETER_NOT_SECURE",
      false,
      `The parameter ${parameter} is no SecureString: whoever may read it reads its value without the KMS key.`,
      "Delete it; the next settlement makes it anew as a SecureString. Parameter Store cannot change its type.",
    );
  }
}

/** Somebody else goes on writing a parameter while it is written. */
export class ParameterContested extends RotationError {
  constructor(secret: string, parameters: readonly string[]) {
    super(
      "PARAMETER_CONTESTED",
      true,
      `Parameters that mirror ${secret} do not keep what is written to them: ${parameters.join(", ")}.`,
      "Find out who else writes them (CloudTrail: PutParameter) and stop it; it is tried again.",
    );
  }
}

/** Somebody wrote a parameter at the very moment when it was mirrored, and that value was replaced. */
export class ParameterOverwritten extends RotationError {
  constructor(secret: string, versions: readonly string[]) {
    super(
      "PARAMETER_OVERWRITTEN",
      true,
      `While ${secret} was mirrored, somebody else wrote ${versions.join(", ")}, which AWSCURRENT has replaced.`,
      "If that value was meant, put it into the secret: aws ssm get-parameter-history has it by its version.",
    );
  }
}

// The database: who and where, never with what.

/** The host name does not resolve. */
export class DnsFailed extends RotationError {
  override impact: RotationError["impact"] = "unknown";

  constructor(host: string) {
    super(
      "DNS_FAILED",
      true,
      `The host name ${host} does not resolve.`,
      "Check the host in the secret, and that the function's VPC resolves it.",
    );
  }
}

/** No TCP connection, or it broke or stayed silent. */
export class Unreachable extends RotationError {
  override impact: RotationError["impact"] = "unknown";

  constructor(address: string, why: string) {
    super(
      "UNREACHABLE",
      true,
      `No answer from ${address} (${why}).`,
      "Check that the server runs, and the security groups and routes between it and the function.",
    );
  }
}

/** The server's certificate is not trusted, not valid or for another name; or it offers no TLS. */
export class TlsFailed extends RotationError {
  override impact: RotationError["impact"] = "unknown";

  constructor(address: string, why: string) {
    super(
      "TLS_FAILED",
      false,
      `No verified TLS with ${address} (${why}).`,
      "Enable TLS on the server, use the name in its certificate, and name its authority under ca in rotation.yml (system, rds or a PEM file). There is no way to go on without TLS.",
    );
  }
}

/** The server wants the password in clear text or as MD5, or lets anybody in without one. */
export class AuthenticationMethodRefused extends RotationError {
  constructor(address: string, method: string) {
    super(
      "AUTHENTICATION_METHOD_REFUSED",
      false,
      `${address} asks for ${method}; the password was not sent.`,
      "Configure scram-sha-256 for this user on the server.",
    );
  }
}

/** The server refuses this user from here whatever the password, or refuses connections at all. */
export class LoginForbidden extends RotationError {
  override impact: RotationError["impact"] = "unknown";

  constructor(address: string, username: string, code: string, why: string, retryable: boolean) {
    super(
      "LOGIN_FORBIDDEN",
      retryable,
      `${address} does not let user ${username} in (${code}: ${why}).`,
      "This is not about the password: correct the server's access rules, limits or state.",
    );
  }
}

/** No credential that the secret ever held is accepted. */
export class CredentialsRefused extends RotationError {
  override impact: RotationError["impact"] = "outage";

  constructor(address: string, username: string, tried: readonly string[]) {
    super(
      "CREDENTIALS_REFUSED",
      false,
      `${address} refuses user ${username} with ${tried.join(", ")}.`,
      "Set a password for the user by hand (check that it may log in and that VALID UNTIL has not passed) and put it into the secret by PutSecretValue. The administrator repairs this by itself only where rotation.yml names the user (users, or connection.username).",
    );
  }
}

/** The new credential is not accepted although it was set; consumers never got it. */
export class PendingRefused extends RotationError {
  constructor(address: string, username: string) {
    super(
      "PENDING_REFUSED",
      true,
      `${address} refuses user ${username} with the new password, which was just set; consumers do not have it.`,
      "Look at the server's log for the reason (access rules, VALID UNTIL, a replica or pooler that lags behind).",
    );
  }
}

/** The login worked, the statement is not allowed. */
export class PermissionDenied extends RotationError {
  constructor(address: string, username: string, action: string, grant: string) {
    super("PERMISSION_DENIED", false, `${address}: user ${username} may not ${action}.`, grant);
  }
}

/** There is no second user for this one. */
export class PairUnusable extends RotationError {
  constructor(username: string, problem: string) {
    super(
      "PAIR_UNUSABLE",
      false,
      `No other user for ${username}: ${problem}.`,
      "Name both under users (owner, clone) of this credential in rotation.yml.",
    );
  }
}

/** None of the pair's users that must exist does. */
export class UsersMissing extends RotationError {
  constructor(address: string, owner: string) {
    super(
      "USERS_MISSING",
      false,
      `${address} has no user ${owner}, which owns what the application makes.`,
      "Create it (CREATE ROLE … LOGIN) with the rights that the application needs; its stand-in is made by the rotation.",
    );
  }
}

/** A role of the clone's name exists and is neither ours nor the AWS template's. */
export class CloneForeign extends RotationError {
  constructor(address: string, clone: string, owner: string) {
    super(
      "CLONE_FOREIGN",
      false,
      `${address} has a role ${clone} that has nothing to do with ${owner}; it was not touched.`,
      `Rename that role, or, if it is meant to stand in, run: GRANT "${owner}" TO "${clone}";`,
    );
  }
}

/** The user that would get a new password is in use: a consumer still holds its old one. */
export class OtherUserInUse extends RotationError {
  constructor(address: string, username: string, sessions: number) {
    super(
      "OTHER_USER_IN_USE",
      true,
      `User ${username} on ${address}, whose turn it is, has ${sessions} open sessions, so a consumer still holds its password; it was not changed.`,
      "Restart the consumers that use it (they will get AWSCURRENT), then rotate again.",
    );
  }
}

/** The clone logs in but does not fully act as the owner: its objects would be lost to the other user. */
export class StandInIncomplete extends RotationError {
  constructor(address: string, username: string, owner: string, problem: string) {
    super(
      "STAND_IN_INCOMPLETE",
      false,
      `User ${username} on ${address} does not fully stand in for ${owner}: ${problem}.`,
      `Rotate again, which repairs it; else run GRANT "${owner}" TO "${username}" and ALTER ROLE "${username}" SET role TO "${owner}".`,
    );
  }
}

/** The administrator's secret is not what the manifest needs it to be; no login was tried. */
export class AdminUnusable extends RotationError {
  constructor(secret: string, problem: string, remedy: string) {
    super("ADMIN_UNUSABLE", false, `The admin secret ${secret} ${problem}.`, remedy);
  }
}

/** The server refuses the administrator's own credential. */
export class AdminRefused extends RotationError {
  constructor(secret: string, address: string, username: string) {
    super(
      "ADMIN_REFUSED",
      false,
      `${address} refuses the administrator ${username} of ${secret}.`,
      "Put the administrator's working password into that secret.",
    );
  }
}

/** The server is a standby or in read-only mode. */
export class ReadOnlyServer extends RotationError {
  constructor(address: string) {
    super(
      "READ_ONLY_SERVER",
      false,
      `${address} is read-only (a standby, perhaps after a failover).`,
      "Point the secret's host at the writer endpoint.",
    );
  }
}

/** The server's password policy or an extension rejects the new password or its form. */
export class PasswordRejected extends RotationError {
  constructor(address: string, sqlState: string) {
    super(
      "PASSWORD_REJECTED",
      false,
      `${address} rejects the new password or its form (SQLSTATE ${sqlState}).`,
      "If the server takes no SCRAM verifiers, say passwordForm: plaintext in rotation.yml; else set password to what its policy wants.",
    );
  }
}

/** Another rotation of the same login holds the lock. */
export class LockBusy extends RotationError {
  constructor(address: string, action: string) {
    super(
      "LOCK_BUSY",
      true,
      `${address} could not ${action} in time: another change of the same user is under way.`,
      "It is tried again; if it persists, look for a session of quarterturn that hangs (pg_locks).",
    );
  }
}

/** Anything else that a database server answers. */
export class DatabaseFailed extends RotationError {
  constructor(address: string, action: string, sqlState: string) {
    super(
      "DATABASE_FAILED",
      true,
      `${address} failed to ${action} (SQLSTATE ${sqlState}).`,
      "Look the SQLSTATE up in the server's documentation and at its log of this time.",
    );
  }
}

/** Somebody else moved AWSCURRENT while this rotation was about to. */
export class LabelMoved extends RotationError {
  constructor(secret: string) {
    super(
      "LABEL_MOVED",
      false,
      `AWSCURRENT of ${secret} was moved by somebody else at the moment of promotion; nothing was promoted.`,
      "Remove AWSPENDING and rotate afresh.",
    );
  }
}

/** `in-place` stopped inside its switch and cannot tell, or must not change, what the server now accepts. */
export class SwitchUndecided extends RotationError {
  override impact: RotationError["impact"] = "outage";

  constructor(secret: string, username: string, why: string) {
    super(
      "SWITCH_UNDECIDED",
      true,
      `CRITICAL: the switch of user ${username} in ${secret} stopped half-way and AWSCURRENT may be refused (${why}).`,
      "The next attempt completes it; do not remove AWSPENDING, run RotateSecret now.",
    );
  }
}

/** rotation.yml is not usable; found when the functions are built. */
export class InvalidManifest extends RotationError {
  /** `file:line: path: what is wrong and what to do`. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      "INVALID_MANIFEST",
      false,
      `The manifest has ${problems.length === 1 ? "a problem" : `${problems.length} problems`}:\n${problems.map((problem) => `  ${problem}`).join("\n")}\n`,
      "Correct it and build again; nothing was changed.",
    );
    this.problems = problems;
  }
}

/** What `serverless` was told by --param cannot be deployed. */
export class InvalidParameters extends RotationError {
  constructor(problems: readonly string[]) {
    super(
      "INVALID_PARAMETERS",
      false,
      `The parameters have ${problems.length === 1 ? "a problem" : `${problems.length} problems`}:\n${problems.map((problem) => `  ${problem}`).join("\n")}\n`,
      "Correct them (docs/deploy.md lists all) and try again; nothing was changed.",
    );
  }
}

// AWS

/** An AWS call failed. */
export class AwsCallFailed extends RotationError {
  /** The service says that what was asked for does not exist. */
  readonly isAbsent: boolean;

  constructor(call: string, on: string, failure: string, retryable: boolean, remedy: string) {
    super("AWS_CALL_FAILED", retryable, `${call} on ${on} failed: ${failure}.`, remedy);
    this.isAbsent = /^(Resource)?NotFound/.test(failure);
  }
}

/** A cluster of the manifest does not exist, or may not be listed: consumers may be in it. */
export class ClusterUnreadable extends RotationError {
  /** There is no such cluster; else it may not be listed. */
  readonly isAbsent: boolean;

  constructor(cluster: string, failure: string) {
    super(
      "CLUSTER_UNREADABLE",
      false,
      `The cluster ${cluster} cannot be read (${failure}), so nobody knows who consumes the secret in it.`,
      "Correct clusters in rotation.yml, or allow ecs:ListServices, ListTasks and their Describe actions on it.",
    );
    this.isAbsent = failure === "ClusterNotFoundException";
  }
}

/** What keeps a rotation from being settled and needs somebody to look, with what to do. */
export const settlementRemedies = {
  PINNED_REFERENCE:
    "Take the version id or label off the reference in the task definition, and deploy it.",
  CONTROLLER_CANNOT_BE_FORCED:
    "Deploy the service by what controls it; the new tasks get the new value.",
  ROLL_FAILED:
    "Find out why, and start a new deployment: aws ecs update-service --force-new-deployment.",
  ROLLED_BACK: "See the service's events for why its new tasks failed, and deploy again.",
  PROMOTION_UNKNOWN:
    "If rotation was disabled, enable it again; else start a new deployment of every consumer and remove RETIRING by hand.",
  CLUSTER_UNREADABLE: "Correct clusters in rotation.yml, or the function's permissions.",
  REFERENCE_OUTSIDE: "Add its cluster to clusters in rotation.yml.",
  DEADLINE_PASSED: "Look at what it waits for; it goes on by itself when that is over.",
  PARAMETER_DRIFT:
    "If the parameter's value is right, put it into the secret; else say overwrite: true under its mirror in rotation.yml and deploy.",
} as const;

/** A parameter was changed by hand while the secret is settled. While it is not: SettlementStuck. */
export class ParameterDrift extends RotationError {
  constructor(secret: string, why: string) {
    const happened = `Parameters no longer mirror ${secret}: ${why}.`;
    super("PARAMETER_DRIFT", true, happened, settlementRemedies.PARAMETER_DRIFT);
  }
}

/** The old credential cannot be retired yet, and somebody has to look why. */
export class SettlementStuck extends RotationError {
  override readonly impact: "unchanged" | "outage";

  /** @param oldWorks whether whoever holds the old credential still logs in */
  constructor(
    code: keyof typeof settlementRemedies,
    secret: string,
    why: string,
    oldWorks: boolean,
  ) {
    const old = oldWorks
      ? "so its old credential still works"
      : "and consumers that hold its old password cannot open new connections";
    const happened = `The last rotation of ${secret} is not settled, ${old}: ${sentence(why)}`;
    super(code, true, happened, settlementRemedies[code]);
    this.impact = oldWorks ? "unchanged" : "outage";
    if (oldWorks)
      this.safety = {
        full: "yes: both credentials work. AWSCURRENT holds the new one; the old one was not retired, so consumers that still hold it log in.",
        brief: "Production is safe.",
      };
  }
}

const sentence = (text: string) => (text.endsWith(".") ? text : `${text}.`);

/** A function that settlement invoked failed, or answered what it should not. */
export abstract class InvokedFailed extends RotationError {
  /** The code is one of ours, so that function has told on-call itself; Lambda's own have a dot or capitals. */
  readonly isTold: boolean;

  constructor(code: string, functionName: string, cause: string, message: string) {
    super(
      code,
      true,
      `${functionName} failed (${cause}): ${message}`,
      "See that function's log; it is tried again.",
    );
    this.isTold = /^[A-Z]+(_[A-Z]+)*$/.test(cause);
  }
}

/** The function that reaches the server failed. */
export class RetirementFailed extends InvokedFailed {
  constructor(functionName: string, cause: string, message: string) {
    super("RETIREMENT_FAILED", functionName, cause, message);
  }
}

/** The function that writes the parameters failed. */
export class MirrorFailed extends InvokedFailed {
  constructor(functionName: string, cause: string, message: string) {
    super("MIRROR_FAILED", functionName, cause, message);
  }
}

// What Secrets Manager tells of a rotation, where the function that rotates told nobody.

/** What the watching function was invoked with is no event of Secrets Manager about a rotation. */
export class InvalidNotice extends RotationError {
  constructor(problem: string) {
    super(
      "INVALID_NOTICE",
      false,
      `The event tells of no rotation: ${problem}.`,
      "This function is invoked by EventBridge; its rule must match RotationFailed and RotationAbandoned of aws.secretsmanager alone.",
    );
  }
}

/** A rotation failed, and no function of ours reported it: it was killed, timed out, or never ran. */
export class RotationFailed extends RotationError {
  override safety = {
    full: "yes, as far as can be seen from outside: AWSCURRENT was not moved, and the rotation had not come to the point where what it holds is changed.",
    brief: "Production is safe.",
  };

  constructor(secret: string, step: string) {
    super(
      "ROTATION_FAILED",
      true,
      `Secrets Manager reports that a rotation of ${secret} failed (step: ${step}), and the function that rotates has not: it timed out, was killed, was throttled, could not start, or may not be invoked.`,
      "Look at that function's log, errors and throttles, and whether Secrets Manager may invoke it; then rotate again.",
    );
  }
}

/** The same of `in-place`, when the switch had begun: the old password may be dead and the new one not current. */
export class SwitchInterrupted extends RotationError {
  override impact: RotationError["impact"] = "outage";

  constructor(secret: string, step: string) {
    super(
      "SWITCH_INTERRUPTED",
      true,
      `CRITICAL: a rotation of ${secret} stopped (step: ${step}) when its switch may have begun: RETIRING is on AWSCURRENT. Nobody can see from outside whether the password has been changed; if it has, AWSCURRENT is refused until the next attempt.`,
      "The next attempt completes it; do not remove AWSPENDING, run RotateSecret now.",
    );
  }
}

/** Somebody wrote a new AWSCURRENT before a rotation was complete; Secrets Manager gave the rotation up. */
export class RotationAbandoned extends RotationError {
  override impact: RotationError["impact"] = "unknown";
  override safety = {
    full: "not known: AWSCURRENT is what somebody wrote, and Quarterturn has not tried it. An in-place rotation that was given up inside its switch has left a password on the server that no label names.",
    brief: "Can consumers log in?",
  };
  override readonly next =
    "nothing until the next rotation, by schedule or by hand: this one is over.";

  constructor(secret: string) {
    super(
      "ROTATION_ABANDONED",
      false,
      `A new version of ${secret} was written by hand before a rotation was complete, so Secrets Manager took AWSPENDING away and gave the rotation up.`,
      "See that AWSCURRENT logs in, then rotate afresh: a value that was written by hand has been seen.",
    );
  }
}

/** The same again of a secret that cannot be described: how it stands is not known. */
export class SecretUnseen extends RotationError {
  override impact: RotationError["impact"] = "unknown";
  override safety = {
    full: "not known: the secret cannot be looked at, so nobody sees what its labels are on.",
    brief: "Can consumers log in?",
  };
  override readonly next =
    "nothing itself; Secrets Manager rotates again by the secret's schedule.";

  constructor(secret: string, eventName: string, failure: string) {
    super(
      "SECRET_UNSEEN",
      true,
      `Secrets Manager reports ${eventName} of ${secret}, and the secret cannot be described: ${failure}`,
      "Describe it yourself; and correct what keeps this function from it: until then alerts about this secret may come more than once a day.",
    );
  }
}

/** The function was not told where to publish alerts. */
export class TopicMissing extends RotationError {
  constructor() {
    super(
      "TOPIC_MISSING",
      false,
      "ALERT_TOPIC_ARN is not set, so nobody would hear of a failure.",
      "Set it to the ARN of the SNS topic (npx serverless deploy does).",
    );
  }
}

/** The time of this invocation is nearly over. */
export class DeadlineReached extends RotationError {
  constructor() {
    super(
      "DEADLINE",
      true,
      "The function's time is nearly over, so the step was given up.",
      "It is tried again; if it persists, look for what is slow (VPC endpoints, DNS, the database) or raise the function's timeout.",
    );
  }
}

/** Not foreseen: a defect. Only its class is kept, because its text may hold anything. */
export class Unexpected extends RotationError {
  constructor(kind: string) {
    super(
      "UNEXPECTED",
      true,
      `An unforeseen ${kind} stopped the step.`,
      "This is a defect of Quarterturn; please report it with the log of this step.",
    );
  }
}

/** What may leave the function in place of anything that was thrown. */
export function asRotationError(thrown: unknown): RotationError {
  if (thrown instanceof RotationError) return thrown;
  const kind = thrown instanceof Error ? thrown.constructor.name : typeof thrown;
  return new Unexpected(kind);
}
