import { RotationError } from "../../errors.ts";

/** There is no such user in this account. */
export class IamUserMissing extends RotationError {
  constructor(user: string) {
    super({
      code: "IAM_USER_MISSING",
      subject: user,
      happened: `There is no IAM user ${user} in this account.`,
      remedy: "Correct the name under `user` in rotation.yml, or create the user.",
    });
  }
}

/** The secret holds a secret access key and not the id that belongs to it. */
export class AccessKeyIdMissing extends RotationError {
  constructor(user: string) {
    super({
      code: "ACCESS_KEY_ID_MISSING",
      subject: user,
      happened: `The secret of ${user} holds a secret access key, but not its access key id.`,
      remedy:
        "Add the id to the secret, have consumers take both from it, and name its field under `fields` in rotation.yml if it is not a usual one: each rotation changes both.",
    });
  }
}

/** A key is announced and named by two tags of its user, and the user has no room for them. */
export class UserTagsFull extends RotationError {
  constructor(user: string, most: number) {
    super({
      code: "USER_TAGS_FULL",
      subject: user,
      happened: `${user} has no room for two more tags (at most ${most}), which tell a new key from others; nothing was created.`,
      remedy: "Remove tags of this user that nobody needs.",
    });
  }
}

/** The new SMTP password would not work where the old one does. */
export class SmtpPasswordDiffers extends RotationError {
  constructor(user: string, region: string) {
    super({
      code: "SMTP_PASSWORD_DIFFERS",
      subject: `${user} ${region}`,
      happened: `The SMTP password of AWSCURRENT is not the one that ${user} has in ${region} with the access key beside it.`,
      remedy:
        "Correct its `region` or field under `ses` in rotation.yml, or the password in the secret.",
    });
  }
}
