import { command } from "../alerts/command.ts";
import { type Finding, finding } from "./finding.ts";

/**
 * Whether a secret is encrypted with the key that the manifest says: by that the roles are allowed to decrypt.
 * Pure.
 * @param of what is encrypted, for a message, and where the manifest says its key
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
        what: `Could not check ${where}, because the secret names its key by an alias, ${used}.`,
        remedy: `See that this tells ${declared}: ${command("aws", "kms", "describe-key", "--key-id", used, "--query", "KeyMetadata.Arn")}`,
      }),
    ];
  return [
    finding({
      severity: "error",
      code: "KMS_KEY_DIFFERS",
      secret,
      what: `${subject} is encrypted with ${used ?? "aws/secretsmanager"}, and ${where} in rotation.yml says ${declared ?? "nothing, which means aws/secretsmanager"}: the functions could not decrypt it.`,
      remedy: used
        ? `Say ${where}: with the key's ARN in rotation.yml.`
        : `Remove ${where} from rotation.yml, or encrypt the secret with that key.`,
    }),
  ];
}

/** DescribeSecret tells a key's id or its ARN, as it was given. */
const isIdOf = (id: string, arn: string) => arn.endsWith(`:key/${id}`);
