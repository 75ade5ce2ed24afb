import { createHmac } from "node:crypto";
import { Secret } from "../../secret/secret.ts";

/**
 * The SMTP password of an IAM user in one Region, version 4
 * (https://docs.aws.amazon.com/ses/latest/dg/smtp-credentials.html#smtp-credentials-convert).
 */
export function smtpPassword(secretAccessKey: Secret<string>, region: string): Secret<string> {
  const steps = ["11111111", region, "ses", "aws4_request", "SendRawEmail"];
  const signature = steps.reduce<Buffer | string>(
    (key, step) => createHmac("sha256", key).update(step).digest(),
    `AWS4${secretAccessKey.reveal()}`,
  );
  return new Secret(Buffer.concat([Buffer.of(4), Buffer.from(signature)]).toString("base64"));
}

/** Passwords of version 2, which no Region was part of, begin so: their first byte is 2. */
export const isOfVersion2 = (password: Secret<string>): boolean =>
  Buffer.from(password.reveal(), "base64").at(0) === 2;
