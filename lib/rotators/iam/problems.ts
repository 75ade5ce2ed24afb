import type { RotationError } from "../../errors.ts";
import type { KeyParts } from "../key/provider.ts";
import { AccessKeyIdMissing, SmtpPasswordDiffers } from "./errors.ts";
import { isOfVersion2, smtpPassword } from "./smtp.ts";
import { type IamSpec, nameOfUser } from "./spec.ts";

/**
 * What a new key would break: a consumer that has the id from elsewhere, or one that has the SMTP password of another
 * Region. Pure.
 */
export function problemsOf(spec: IamSpec, current: KeyParts): readonly RotationError[] {
  const user = nameOfUser(spec);
  const secret = current.get("secret");
  if (!current.has("id") || !secret) return [new AccessKeyIdMissing(user)];
  return spec.smtp.flatMap(({ region, passwordPart }) => {
    const password = current.get(passwordPart);
    const isRight =
      !password || isOfVersion2(password) || smtpPassword(secret, region).equals(password);
    return isRight ? [] : new SmtpPasswordDiffers(user, region);
  });
}
