import type { Failure, RotationError } from "../errors.ts";
import { rotateLeaked } from "../secret/leak.ts";
import { aws, FindingError } from "./finding-error.ts";

const unreadable = {
  full: "NO, if anything still uses the secret: nobody can read its value now.",
  brief: "Can consumers read it?",
};

/** A secret of the manifest is scheduled for deletion. */
export class SecretDeleted extends FindingError {
  override impact: RotationError["impact"] = "unknown";
  override safety = unreadable;

  constructor(secret: string, deletedAt: string) {
    super({
      code: "SECRET_DELETED",
      happened: `${secret} is scheduled for deletion (${deletedAt}), and rotation.yml still names it. It does not rotate.`,
      remedy:
        "Restore it, or remove it from rotation.yml and deploy. If you want it deleted, retire the credentials of its versions by hand first: nobody can afterwards.",
      cure: { to: "To restore it", words: aws("restore-secret", secret) },
    });
  }
}

/** A secret of the manifest does not exist. */
export class SecretMissing extends FindingError {
  override impact: RotationError["impact"] = "unknown";
  override safety = unreadable;

  constructor(secret: string) {
    super({
      code: "SECRET_MISSING",
      happened: `rotation.yml names ${secret}, and there is no such secret in this account and Region.`,
      remedy: "Create it, or correct its name in rotation.yml, or remove it there; then deploy.",
    });
  }
}

/** The last day of an exemption is over. */
export class ExemptionExpired extends FindingError {
  constructor(secret: string, until: string, reason: string) {
    super({
      code: "EXEMPTION_EXPIRED",
      happened: `${secret} does not rotate (${reason}), and its exemption in rotation.yml ended on ${until}.`,
      remedy:
        "Move it from exempt to secrets in rotation.yml, or set a later until with a reason; then deploy.",
    });
  }
}

/** The server refuses AWSCURRENT: somebody changed the password, or the secret, by hand. */
export class CurrentDrifted extends FindingError {
  override impact: RotationError["impact"] = "outage";
  override safety = { full: "NO. New logins of consumers fail.", brief: "NOT SAFE: logins fail." };

  /**
   * @param credential its name, e.g. `user app on db.internal:5432`
   * @param current the version that is AWSCURRENT
   * @param accepted a labelled version that the server accepts
   * @param how `supplied`: people make it, so that no rotation can; `unsettled`: an old credential is to be retired, so that
   *   only a leaked-mode rotation can
   */
  constructor(
    secret: string,
    credential: string,
    current: string,
    accepted?: string,
    how: "rotated" | "unsettled" | "supplied" = "rotated",
  ) {
    super({
      code: "CURRENT_DRIFTED",
      happened: `AWSCURRENT of ${secret} is refused: ${credential}. ${accepted === undefined ? "So is every other version of it that has a label" : `Version ${accepted} is accepted`}.`,
      ...(accepted === undefined ? replaced(secret, how) : movedBack(secret, current, accepted)),
    });
  }
}

/** Nothing that the secret holds works. */
function replaced(
  secret: string,
  how: "rotated" | "unsettled" | "supplied",
): Pick<Failure, "remedy" | "cure"> {
  if (how === "unsettled")
    return {
      remedy: `Rotate it, although the last rotation is not settled: that also replaces what is still to be retired. ${rotateLeaked(secret)}`,
    };
  if (how === "supplied")
    return {
      remedy: `Make a new key in its provider's console, and hand it over: npm run supply -- ${secret}`,
    };
  return {
    remedy:
      "Rotate it: with an administrator in rotation.yml that sets a new password. Without one, put the password that works into the secret (PutSecretValue).",
    cure: { to: "To rotate it now", words: aws("rotate-secret", secret) },
  };
}

function movedBack(
  secret: string,
  current: string,
  accepted: string,
): Pick<Failure, "remedy" | "cure"> {
  const from = ["--version-stage", "AWSCURRENT", "--remove-from-version-id", current];
  const move = [...from, "--move-to-version-id", accepted];
  return {
    remedy: "Move AWSCURRENT to the version that works. Or rotate: that also repairs the login.",
    cure: {
      to: "To move AWSCURRENT to the version that works",
      words: aws("update-secret-version-stage", secret, ...move),
    },
  };
}
