import { command } from "../alerts/command.ts";
import { functionsOf } from "../manifest/place.ts";
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
        { allow: "secretsmanager:DescribeSecret on it", remedy: `look: ${look}` },
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
      "Create it, correct its name in rotation.yml, or set AWS_PROFILE and AWS_REGION to where it is; use stages: […] if it exists in some stages only.",
  });

const deleted = (secret: string, at: Date) =>
  finding({
    severity: "error",
    code: "SECRET_DELETED",
    secret,
    what: `It is scheduled for deletion (${at.toISOString()}).`,
    remedy: `Remove it from rotation.yml, or keep it: ${command("aws", "secretsmanager", "restore-secret", "--secret-id", secret)}`,
  });

function documentFindings({ name, document }: SecretFacts, state: SecretState): readonly Finding[] {
  if (!holderOf(state, "AWSCURRENT")) return [failure(new NoCurrentVersion(name), name)];
  if (!document) return [];
  if ("known" in document) return document.known ? [] : [failure(new NoCurrentVersion(name), name)];
  if (document.unknown instanceof DocumentError) return [failure(document.unknown, name)];
  const allow = "secretsmanager:GetSecretValue on it (and kms:Decrypt on its key)";
  const remedy = `have the deployed function check the same: ${loneTest(name)}`;
  return [unchecked("its fields and credentials", document.unknown, { allow, remedy }, name)];
}

/** Has Secrets Manager run testSecret alone, in the deployed function: it changes nothing. */
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
  const isOurs = rotationFunction !== undefined && isRotator(rotationFunction, stage);
  if (rotationFunction && rotationEnabled && !isOurs)
    yield finding({
      severity: "warning",
      code: "ROTATED_ELSEWHERE",
      secret,
      what: `Another function rotates it: ${rotationFunction}.`,
      remedy:
        "Turn that rotation off where it was set up (template, Terraform, console) before you deploy: a secret has one rotation function, and two tools would overwrite each other's.",
    });

  const pending = holderOf(state, "AWSPENDING");
  if (pending && pending !== current)
    yield pendingFinding(secret, pending, isOurs && functionsOf[entry.place].rotate);

  const retiring = holderOf(state, retiringLabel);
  if (!retiring || retiring === current) return;
  const isFresh = lastRotatedAt && now.getTime() - lastRotatedAt.getTime() <= entry.deadline;
  yield failure(new Unsettled(secret, retiring), secret, isFresh ? "warning" : "error");
}

/**
 * Whether it is a rotation function of ours, by the name that Serverless or a person gave it. That of the other place
 * is ours, too: the next deployment moves the secret.
 */
function isRotator(arn: string, stage: string): boolean {
  const name = /:function:([\w-]+)/.exec(arn)?.[1] ?? "";
  const names = Object.values(functionsOf).map(({ rotate }) => rotate);
  return names.some((rotate) => name === rotate || name.endsWith(`-${stage}-${rotate}`));
}

/** @param rotator the function that rotates it; `false`: not one of ours */
function pendingFinding(secret: string, pending: string, rotator: string | false): Finding {
  if (rotator)
    return finding({
      severity: "warning",
      code: "ROTATION_UNDER_WAY",
      secret,
      what: `A rotation is in progress, or was abandoned: AWSPENDING is on version ${pending}.`,
      remedy: `Secrets Manager retries it; if AWSPENDING stays, see the alert of its failure and the log of ${rotator}.`,
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
    what: `AWSPENDING is on version ${pending}, left over from another tool's rotation: Secrets Manager will refuse to start another rotation.`,
    remedy: `Make sure that no other tool is rotating it, then: ${remove}`,
  });
}
