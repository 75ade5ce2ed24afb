import type { ProviderTraits } from "../key/provider.ts";

const [second, hour] = [1000, 3_600_000];

/** Of an old key: quiet, inactive, refused. */
const [lastUseLag, disabledFor, deadFor] = [hour, hour, 10 * second];
export const endingTime = lastUseLag + disabledFor + deadFor;

/**
 * What is known of access keys. A new one was accepted after 3 to 15 s (aws/aws-sdk-js#559, hashicorp/vault#687), not
 * everywhere at once (boto/botocore#3600), and a deleted one for 3 to 4 s more.
 */
export const traitsOf = (userName: string): ProviderTraits => ({
  nameLength: 256,
  // IAM and AWS STS quotas, "Access keys assigned to an IAM user".
  maxKeys: 2,
  alive: { times: 3, every: 2 * second, within: 60 * second },
  dead: { times: 3, every: 2 * second, within: deadFor },
  // Nothing says how late it is; the credential report notes one use in 15 minutes.
  lastUseLag,
  disabledFor,
  console: `https://console.aws.amazon.com/iam/home#/users/details/${encodeURIComponent(userName)}?section=security_credentials`,
});
