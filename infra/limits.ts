import { InvalidManifest } from "../lib/manifest/errors.ts";

/** The part of a compiled CloudFormation template that is counted. */
export interface CompiledTemplate {
  readonly Resources: Readonly<Record<string, { readonly Type: string }>>;
}

/** CloudFormation quotas: resources of a template, and bytes of one that is uploaded to S3. */
const [mostResources, mostBytes] = [500, 1_048_576];

/** Everything but the secrets' own resources stays the same for a second copy. */
const remedy =
  "divide them between copies of this service, each with a name of its own (service in serverless.yml)";

/**
 * CloudFormation would refuse the stack only after the upload.
 * @throws InvalidManifest
 */
export function requireWithinLimits(template: CompiledTemplate): void {
  const all = Object.values(template.Resources);
  const secrets = all.filter(({ Type }) => Type === "AWS::SecretsManager::RotationSchedule").length;
  const bytes = Buffer.byteLength(JSON.stringify(template));
  const problems = [
    all.length > mostResources &&
      `${secrets} secrets make a stack of ${all.length} resources, and CloudFormation takes ${mostResources}, so ${secrets - (all.length - mostResources)} fit: ${remedy}`,
    bytes > mostBytes &&
      `${secrets} secrets make a template of ${bytes} bytes, and CloudFormation takes ${mostBytes}: ${remedy}`,
  ].filter((problem) => problem !== false);
  if (problems.length > 0)
    throw new InvalidManifest(problems.map((message) => ({ path: ["secrets"], message })));
}
