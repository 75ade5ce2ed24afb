import { AwsError } from "../aws-error.ts";
import { invalid } from "./operation.ts";

const MAX_LEVELS = 15;
/** Including the part of the ARN before the name. */
const MAX_LENGTH = 1011;
const ARN_PREFIX = "arn:aws:ssm:us-east-2:111122223333:parameter/";

/**
 * "Naming Constraints" of API_PutParameter. Throws ValidationException, AccessDeniedException,
 * HierarchyLevelLimitExceededException.
 */
export function requireName(name: string): void {
  const isPath = name.lastIndexOf("/") > 0;
  if (/^\/aws\//i.test(name)) {
    throw new AwsError("AccessDeniedException", `No access to reserved parameter name: ${name}.`);
  }
  if (/^\/?(aws|ssm)/i.test(name)) {
    throw invalid(`Parameter name: can't be prefixed with "aws" or "ssm" (case-insensitive).`);
  }
  if (!/^(\/?[\w.-]+|(\/[\w.-]+)+)$/.test(name)) {
    throw invalid(
      isPath && !name.startsWith("/")
        ? `Parameter name must be a fully qualified name: it must begin with a forward slash "/".`
        : `Parameter name: can't be prefixed with "aws" or "ssm" (case-insensitive). If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_`,
    );
  }
  if (ARN_PREFIX.length + name.length > MAX_LENGTH) {
    throw invalid("Parameter name: is longer than the maximum of 1011 characters.");
  }
  if (name.replace(/^\//, "").split("/").length > MAX_LEVELS) {
    throw new AwsError(
      "HierarchyLevelLimitExceededException",
      `A hierarchy can have a maximum of ${MAX_LEVELS} levels.`,
    );
  }
}
