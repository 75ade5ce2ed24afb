import { RotationError } from "../errors.ts";

/** The payload is not a request of a person in an emergency. Nothing was done. */
export class InvalidEmergency extends RotationError {
  constructor(problem: string) {
    super({
      code: "INVALID_EMERGENCY",
      happened: `Not an emergency request: ${problem}.`,
      remedy:
        'Send { "action": "leaked", "secrets": ["NAME"], "reason": "…" }; docs/emergency.md has all keys. Nothing was done.',
    });
  }
}

/** What was selected is nothing that the manifest names. Nothing was done. */
export class NothingSelected extends RotationError {
  constructor(problem: string, remedy: string) {
    super({ code: "NOTHING_SELECTED", happened: problem, remedy: `${remedy} Nothing was done.` });
  }
}

/** Another function rotates the secret: one of another stack, or not of Quarterturn. */
export class RotatedElsewhere extends RotationError {
  constructor(secret: string, functionArn: string) {
    super({
      code: "ROTATED_ELSEWHERE",
      happened: `The secret ${secret} is rotated by another function, ${functionArn}.`,
      remedy:
        "Start the emergency in that deployment, or deploy this one so that it takes over the secret.",
    });
  }
}

/** People make all that the secret holds. */
export class PersonMakes extends RotationError {
  constructor(secret: string) {
    super({
      code: "PERSON_MAKES",
      happened: `People make what ${secret} holds, so no function can replace it.`,
      remedy: `Make a new key in its provider's console, run npm run supply -- ${secret}, and delete the old one there.`,
    });
  }
}

/** The secret is scheduled for deletion. */
export class IsDeleted extends RotationError {
  constructor(secret: string) {
    super({
      code: "SCHEDULED_FOR_DELETION",
      happened: `The secret ${secret} is scheduled for deletion: it can neither be read nor rotated.`,
      remedy: `Restore it first: aws secretsmanager restore-secret --secret-id ${secret}. Then run this again.`,
    });
  }
}

/** Another emergency changes the secret at this moment. */
export class OtherEmergency extends RotationError {
  constructor(secret: string, id: string, action: string) {
    super({
      code: "OTHER_EMERGENCY",
      happened: `Emergency ${id} (${action}) of ${secret} is under way.`,
      remedy: `Wait until it is over: npm run emergency -- --status --id ${id}. If it has stalled, start that same emergency again: it continues.`,
    });
  }
}

/** Stands while an emergency is under way, so that on-call knows of it and hears when it is over. */
export class EmergencyUnderWay extends RotationError {
  override readonly next: string;

  constructor(emergency: {
    action: string;
    id: string;
    what: string;
    reason: string;
    caller: string;
    found?: string | undefined;
  }) {
    const { action, id, what, reason, caller, found } = emergency;
    super({
      code: "EMERGENCY",
      subject: id,
      happened: `${caller === "unknown" ? "Somebody" : caller} started emergency ${id}: ${what}. Reason: ${reason}.${found ? ` ${found}` : ""}`,
      remedy: `Follow it: npm run emergency -- --status --id ${id}.${action === "rollback" ? resume : ""}`,
    });
    this.next = `it ${doing[action] ?? "continues"}. You get one more message when all of that is done.`;
    this.impact = "unknown";
    this.safety = {
      full: "not known. Consumers are redeployed; those that hold an old credential when it ends cannot log in until then.",
      brief: "Can consumers log in?",
    };
  }
}

const doing: Readonly<Partial<Record<string, string>>> = {
  rotate: "rotates these secrets, and redeploys the consumers",
  leaked: "rotates these secrets, ends the old credentials, and redeploys the consumers",
  rollback:
    "suspends the schedules, moves AWSCURRENT back to a version that works, and redeploys the consumers",
  repair: "does what the plan says for each secret, and proves that AWSCURRENT works",
};

const resume =
  " The schedules stay suspended; ROTATION_OFF reminds you of that. To resume one once the cause is fixed: aws secretsmanager rotate-secret --secret-id SECRET --no-rotate-immediately.";

/** A drill of a secret that the manifest does not give one. */
export class NotACanary extends RotationError {
  constructor(secret: string) {
    super({
      code: "NOT_A_CANARY",
      happened: `rotation.yml sets no drill for ${secret}, so something may depend on it.`,
      remedy:
        "Drill a canary, a secret that nothing depends on: set drill: rate(30 days) for it in rotation.yml, and deploy. Nothing was done.",
    });
  }
}

/** The version that leaked has no value any more, or leads to another server or user than AWSCURRENT. */
export class VersionElsewhere extends RotationError {
  constructor(secret: string, version: string) {
    super({
      code: "VERSION_ELSEWHERE",
      happened: `Version ${version} of ${secret} has no value that can be tried, or leads to another server or user than AWSCURRENT.`,
      remedy:
        "Check by hand whether what leaked still works, and if so, end it on its server. If you are not sure which version leaked, omit version: then what AWSCURRENT holds is replaced. Nothing was done.",
    });
  }
}

/** The version that leaked works, and nothing knows of it: no rotation would end it. */
export class VersionUntracked extends RotationError {
  constructor(secret: string, version: string) {
    super({
      code: "VERSION_UNTRACKED",
      happened: `Version ${version} of ${secret} still works, but it is neither AWSCURRENT nor due to be retired: a rotation would not end it.`,
      remedy:
        "End it by hand on its server or at its provider. If AWSCURRENT may have leaked with it, run this without version as well. Nothing was done.",
    });
  }
}
