export const types = ["String", "StringList", "SecureString"] as const;
export const tiers = ["Standard", "Advanced", "Intelligent-Tiering"] as const;

type ParameterType = (typeof types)[number];

export interface ParameterVersion {
  readonly version: number;
  readonly value: string;
  /** The value that a SecureString shows without decryption. */
  readonly cipherText: string;
  /** Of a SecureString: the KeyId of PutParameter. */
  readonly keyId?: string | undefined;
  readonly tier: "Standard" | "Advanced";
  readonly description?: string | undefined;
  readonly allowedPattern?: string | undefined;
  /** Epoch milliseconds. */
  readonly modifiedAt: number;
}

export interface Parameter {
  readonly name: string;
  readonly arn: string;
  readonly type: ParameterType;
  /** Oldest first; at least one. */
  readonly versions: ParameterVersion[];
  tags: { Key: string; Value: string }[];
}

export function latestOf({ name, versions }: Parameter): ParameterVersion {
  const latest = versions.at(-1);
  if (latest === undefined) throw new Error(`${name} has no version.`);
  return latest;
}

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_Parameter.html */
export function shown(
  { name, arn, type }: Parameter,
  { value, cipherText, version, modifiedAt }: ParameterVersion,
  options: { readonly decrypted?: boolean | undefined; readonly selector?: string | undefined },
): object {
  return {
    Name: name,
    Type: type,
    Value: type === "SecureString" && !options.decrypted ? cipherText : value,
    Version: version,
    ...(options.selector !== undefined && { Selector: options.selector }),
    LastModifiedDate: modifiedAt / 1000,
    ARN: arn,
    DataType: "text",
  };
}

/** A version as DescribeParameters and GetParameterHistory show it. */
export function metadata(
  { name, type }: Parameter,
  version: ParameterVersion,
  accountId: string,
): object {
  const { keyId, description, allowedPattern, tier, modifiedAt } = version;
  return {
    Name: name,
    Type: type,
    ...(keyId !== undefined && { KeyId: keyId }),
    LastModifiedDate: modifiedAt / 1000,
    LastModifiedUser: `arn:aws:iam::${accountId}:root`,
    ...(description !== undefined && { Description: description }),
    ...(allowedPattern !== undefined && { AllowedPattern: allowedPattern }),
    Version: version.version,
    Tier: tier,
    Policies: [],
    DataType: "text",
  };
}
