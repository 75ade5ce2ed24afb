import { homeOf } from "./names.ts";
import type { Path } from "./remark.ts";
import type { Source } from "./source.ts";

export type HomeGuard = (path: Path, nameOrArn: string) => void;

/** How the names of a partition's Regions begin, as the AWS SDK knows them; all others are in `aws`. */
const partitions = [
  ["cn-", "aws-cn"],
  ["us-gov-", "aws-us-gov"],
  ["us-iso-", "aws-iso"],
  ["us-isob-", "aws-iso-b"],
  ["eu-isoe-", "aws-iso-e"],
  ["us-isof-", "aws-iso-f"],
  ["eusc-", "aws-eusc"],
] as const;

/**
 * Secrets, their rotation functions and the clusters that settlement rolls are in one Region of one account. A name is
 * in any; a key may be another account's.
 * @param deployed the Region of the deployment, where it is known
 */
export function homeGuard(source: Source, deployed?: string): HomeGuard {
  const regions = agreement(
    (is, other) =>
      `is in ${is}, but ${other}: one deployment rotates in one Region; use another stage for the other Region`,
    deployed && { value: deployed, text: `the deployment is in ${deployed}` },
  );
  const accounts = agreement(
    (is, other) =>
      `is in account ${is}, but ${other}: one deployment rotates in one account; deploy once in each`,
  );
  return (path, arn) => {
    const { partition, region, account, service } = homeOf(arn);
    const problem =
      partitionProblem(partition, region) ??
      regions(path, region) ??
      (service === "kms" ? undefined : accounts(path, account));
    if (problem) source.complain(path, problem);
  };
}

/** One Region is in one partition, so nothing else needs to agree on it. */
function partitionProblem(
  partition: string | undefined,
  region: string | undefined,
): string | undefined {
  const own = partitions.find(([start]) => region?.startsWith(start))?.[1] ?? "aws";
  if (partition === undefined || partition === own) return undefined;
  return `is in the partition ${partition}, but ${region} is in ${own}: copy the ARN as AWS prints it`;
}

/** The problem of the first value that differs from the one before it. */
function agreement(
  problem: (value: string, other: string) => string,
  known?: { readonly value: string; readonly text: string } | "",
) {
  let first = known || undefined;
  return (path: Path, value: string | undefined): string | undefined => {
    if (value === undefined) return undefined;
    first ??= { value, text: `${path.map(String).join(".")} is in ${value}` };
    return value === first.value ? undefined : problem(value, first.text);
  };
}
