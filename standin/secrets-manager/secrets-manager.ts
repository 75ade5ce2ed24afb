import type { Operations } from "../call.ts";
import type { ServiceEvent } from "../events/event.ts";
import { descriptionOperations } from "./descriptions.ts";
import { changeEvent } from "./events.ts";
import { labelOperations } from "./labels.ts";
import { lifecycleOperations } from "./lifecycle.ts";
import { listingOperations } from "./listing.ts";
import { policyOperations } from "./policies.ts";
import { randomPassword } from "./random-password.ts";
import { readOperations } from "./reads.ts";
import { rotationOperations } from "./rotation-operations.ts";
import type { RotationHost, RotationOutcome } from "./rotation-outcome.ts";
import { Rotations } from "./rotations.ts";
import type { Secret } from "./secret.ts";
import { SecretTable } from "./secret-table.ts";
import { valueOperations } from "./values.ts";

export interface SecretsManager extends AsyncDisposable {
  operations: Operations;
  /** The outcome of the latest run for this token. Rejects where no rotation has the token. */
  finished(secretId: string, token: string): Promise<RotationOutcome>;
  all(): readonly Secret[];
}

/** AWS Secrets Manager, in memory, with the documented behaviour (tests: test/facts). */
export function secretsManager(
  account: { region: string; accountId: string },
  host: RotationHost,
  mayInvoke: (functionArn: string) => boolean,
  emit: (event: ServiceEvent) => void,
): SecretsManager {
  const secrets = new SecretTable(account.region, account.accountId, (secret, change) => {
    const event = changeEvent(secret, change);
    if (event !== undefined) emit(event);
  });
  const rotations = new Rotations(host);
  return {
    operations: {
      ...valueOperations(secrets),
      ...readOperations(secrets),
      GetRandomPassword: randomPassword,
      ...labelOperations(secrets),
      ...descriptionOperations(secrets),
      ...listingOperations(secrets),
      ...lifecycleOperations(secrets),
      ...policyOperations(secrets),
      ...rotationOperations(secrets, rotations, mayInvoke),
    },
    all: () => secrets.all(),
    finished: async (secretId, token) => rotations.finished(secrets.find(secretId), token),
    [Symbol.asyncDispose]: () => rotations[Symbol.asyncDispose](),
  };
}
