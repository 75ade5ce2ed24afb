import { command } from "../alerts/command.ts";
import { type Finding, finding } from "./finding.ts";

/**
 * Whether a secret is encrypted with the key of the manifest, which is the one that the roles may decrypt with. Pure.
 * @param where the manifest's key for it, e.g. `kmsKey`
 */
export function keyFindings(
  secret: string,
  declared: string | undefined,
  actual: string | undefined,
  { subject, where }: { subject: string; where: string },
): readonly Finding[] {
  const used = actual?.endsWith("alias/aws/secretsmanager") ? undefined : actual;
  if (used === declared || (used && declared && isIdOf(used, declared))) return [];
  if (used?.includes("alias/") && declared)
    return [
      finding({
        severity: "warning",
        code: "COULD_NOT_CHECK",
        secret,
        what: `Could not check ${where}, because the secret's key is set by an alias, ${used}.`,
        remedy: `Check that this prints ${declared}: ${command("aws", "kms", "describe-key", "--key-id", used, "--query", "KeyMetadata.Arn")}`,
      }),
    ];
  return [
    finding({
      severity: "error",
      code: "KMS_KEY_DIFFERS",
      secret,
      what: `${subject} is encrypted with ${used ?? "aws/secretsmanager"}, but ${where} in rotation.yml is ${declared ?? "not set, which means aws/secretsmanager"}: the functions could not decrypt it.`,
      remedy: used
        ? `Set ${where} to the key's ARN in rotation.yml.`
        : `Remove ${where} from rotation.yml, or encrypt the secret with that key.`,
    }),
  ];
}

/** DescribeSecret returns a key's id or its ARN, whichever was set. */
const isIdOf = (id: string, arn: string) => arn.endsWith(`:key/${id}`);
