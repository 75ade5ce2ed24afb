import { command } from "../alerts/command.ts";
import { ManagedByAws, NoCurrentVersion, Unsettled } from "../rotation/refusals.ts";
import { DocumentError } from "../secret/errors.ts";
import { holderOf, retiringLabel } from "../secret/labels.ts";
import type { SecretState } from "../secret/store.ts";
import type { SecretFacts } from "./facts.ts";
import { type Finding, failure, finding, unchecked } from "./finding.ts";
import { keyFindings } from "./key-findings.ts";

interface Context {
  readonly now: Date;
  readonly stage: string;
}

/** What DescribeSecret and the document's form mean for the rotations of one secret. Pure. */
export function secretFindings(secret: SecretFacts, context: Context): readonly Finding[] {
  const { name, state, entry } = secret;
  if ("unknown" in state) {
    const look = command("aws", "secretsmanager", "describe-secret", "--secret-id", name);
    return [
      unchecked(
        "whether it exists and what is on it",
        state.unknown,
        `Allow secretsmanager:DescribeSecret on it to the credentials of this shell, or look: ${look}`,
        name,
      ),
    ];
  }
  if (!state.known) return [missing(name)];
  const { deletedAt, owningService, externalType } = state.known;
  if (deletedAt) return [deleted(name, deletedAt)];
  const owner = owningService ?? externalType;
  if (owner) return [failure(new ManagedByAws(name, owner), name)];
  return [
    ...documentFindings(secret, state.known),
    ...labelFindings(secret, state.known, context),
    ...keyFindings(name, entry.kmsKey, state.known.kmsKey, { subject: "It", where: "kmsKey" }),
  ];
}

const missing = (secret: string) =>
  finding({
    severity: "error",
    code: "SECRET_MISSING",
    secret,
    what: "There is no such secret in this account and Region.",
    remedy:
      "Create it, correct its name in rotation.yml, or set AWS_PROFILE and AWS_REGION to where it is; say stages: […] where it is in some stages only.",
  });

const deleted = (secret: string, at: Date) =>
  finding({
    severity: "error",
    code: "SECRET_DELETED",
    secret,
    what: `It is scheduled for deletion (${at.toISOString()}).`,
    remedy: `Take it out of rotation.yml, or keep it: ${command("aws", "secretsmanager", "restore-secret", "--secret-id", secret)}`,
  });

function documentFindings({ name, document }: SecretFacts, state: SecretState): readonly Finding[] {
  if (!holderOf(state, "AWSCURRENT")) return [failure(new NoCurrentVersion(name), name)];
  if (!document) return [];
  if ("known" in document) return document.known ? [] : [failure(new NoCurrentVersion(name), name)];
  if (document.unknown instanceof DocumentError) return [failure(document.unknown, name)];
  const allow =
    "Allow secretsmanager:GetSecretValue on it (and kms:Decrypt on its key) to the credentials of this shell; the deployed function checks the same: " +
    loneTest(name);
  return [unchecked("its fields and its logins", document.unknown, allow, name)];
}

/** Secrets Manager has testSecret alone run where the deployed function is: it changes nothing. */
export const loneTest = (secret: string) =>
  command(
    "aws",
    "secretsmanager",
    "rotate-secret",
    "--secret-id",
    secret,
    "--no-rotate-immediately",
  );

function* labelFindings(
  { name: secret, entry }: SecretFacts,
  state: SecretState,
  { now, stage }: Context,
): Generator<Finding> {
  const current = holderOf(state, "AWSCURRENT");
  const { rotationFunction, rotationEnabled, lastRotatedAt } = state;
  const isOurs = rotationFunction !== undefined && isRotateDatabase(rotationFunction, stage);
  if (rotationFunction && rotationEnabled && !isOurs)
    yield finding({
      severity: "warning",
      code: "ROTATED_ELSEWHERE",
      secret,
      what: `Another function rotates it: ${rotationFunction}.`,
      remedy:
        "End that rotation where it was set up (template, Terraform, console) before you deploy: a secret has one rotation function, and two tools would take it from each other.",
    });

  const pending = holderOf(state, "AWSPENDING");
  if (pending && pending !== current) yield pendingFinding(secret, pending, isOurs);

  const retiring = holderOf(state, retiringLabel);
  if (!retiring || retiring === current) return;
  const isFresh = lastRotatedAt && now.getTime() - lastRotatedAt.getTime() <= entry.deadline;
  yield failure(new Unsettled(secret, retiring), secret, isFresh ? "warning" : "error");
}

/** By the name that serverless gives it, or that it was given by hand. */
function isRotateDatabase(arn: string, stage: string): boolean {
  const name = /:function:([\w-]+)/.exec(arn)?.[1] ?? "";
  return name === "rotate-database" || name.endsWith(`-${stage}-rotate-database`);
}

function pendingFinding(secret: string, pending: string, isOurs: boolean): Finding {
  if (isOurs)
    return finding({
      severity: "warning",
      code: "ROTATION_UNDER_WAY",
      secret,
      what: `A rotation is under way, or was given up: AWSPENDING is on version ${pending}.`,
      remedy:
        "Secrets Manager tries it again by itself; if AWSPENDING stays, see the alert of its failure and the log of rotate-database.",
    });
  const remove = command(
    "aws",
    "secretsmanager",
    "update-secret-version-stage",
    "--secret-id",
    secret,
    "--version-stage",
    "AWSPENDING",
    "--remove-from-version-id",
    pending,
  );
  return finding({
    severity: "error",
    code: "PENDING_STUCK",
    secret,
    what: `AWSPENDING is left over on version ${pending} from a rotation that is not ours: Secrets Manager will refuse to start another.`,
    remedy: `Make sure that no other tool rotates it now, then: ${remove}`,
  });
}
