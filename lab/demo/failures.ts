import type { Step } from "../../lib/rotation/event.ts";
import { AwsError, type Call } from "../../standin/aws.ts";
import type { StepWatch } from "../step-watch.ts";
import type { World } from "../world.ts";

interface Denial {
  readonly operation: string;
  /** Only of this label. */
  readonly label?: string;
}

/** The call that an incomplete role would forbid: one that the step needs. */
export const denials = {
  createSecret: { operation: "PutSecretValue" },
  setSecret: { operation: "GetSecretValue" },
  testSecret: { operation: "GetSecretValue" },
  // The last one: the password is changed by then, and has to be changed back.
  finishSecret: { operation: "UpdateSecretVersionStage", label: "AWSCURRENT" },
} as const satisfies Record<Step, Denial>;

/** Until disposed of, IAM denies the rotation function the call that this step needs. */
export function deny(step: Step, world: World, watch: StepWatch): Disposable {
  const { operation, label }: Denial = denials[step];
  return world.aws.intercept({
    before(call) {
      const byFunction = world.aws.functions.running(world.functionArn).includes(call.principal);
      const matches =
        call.operation === operation && (!label || call.input["VersionStage"] === label);
      if (byFunction && watch.step === step && matches) throw denied(call, world);
    },
  });
}

/** In the words of https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html */
function denied({ operation, principal }: Call, { aws, secretArn }: World): AwsError {
  const role = `arn:aws:sts::${aws.accountId}:assumed-role/rotate-database/${principal}`;
  const action = `secretsmanager:${operation}`;
  return new AwsError(
    "AccessDeniedException",
    `User: ${role} is not authorized to perform: ${action} on resource: ${secretArn} because no identity-based policy allows the ${action} action`,
  );
}
