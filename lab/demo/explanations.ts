import type { Step } from "../../lib/rotation/event.ts";

interface Explanation {
  readonly steps: Readonly<Record<Step, string>>;
  /** What a reading consumer notices of a rotation, and why. */
  readonly consumer: string;
}

/** By strategy, for a first-time reader. */
export const explanations: Readonly<Record<string, Explanation>> = {
  "in-place": {
    steps: {
      createSecret: "write a new password into the secret, as AWSPENDING",
      setSecret: "rehearse: make sure that the password can be changed, and leave it as it is",
      testSecret: "prove that AWSCURRENT still logs in",
      finishSecret: "the switch: change the password, log in with it, move AWSCURRENT",
    },
    consumer:
      "One user has one password, so logins fail between its change and the move of AWSCURRENT. " +
      "That is why both happen within one step.",
  },
  "two-passwords": {
    steps: {
      createSecret: "write a new password into the secret, as AWSPENDING",
      setSecret: "give the user the new password beside the old one",
      testSecret: "log in with the new password, and with the old one",
      finishSecret: "move AWSCURRENT to the new password",
    },
    consumer:
      "Both passwords are accepted until the old one is retired, so no login should fail at any time.",
  },
  "alternating-users": {
    steps: {
      createSecret: "write the other user and a new password into the secret, as AWSPENDING",
      setSecret: "create or align the other user, and set its password",
      testSecret: "log in as the other user, act as the owner, compare privileges",
      finishSecret: "move AWSCURRENT to the other user",
    },
    consumer:
      "Both users can log in until the old one is retired, so no login should fail at any time.",
  },
};
