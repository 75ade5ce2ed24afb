/** @module-tag ci */
import { IAM } from "@aws-sdk/client-iam";
import { smtpPassword } from "../../lib/rotators/iam/smtp.ts";
import { Secret } from "../../lib/secret/secret.ts";
import type { Aws } from "../../standin/aws.ts";
import { clientConfig } from "../standin/fixtures.ts";
import { awsDisturbances } from "./disturbances.ts";
import { keyLeakSuite } from "./key-leak-suite.ts";
import { KeySuspect } from "./key-suspect.ts";

async function uploads(aws: Aws) {
  const iam = new IAM(clientConfig(aws, "operator"));
  await iam.createUser({ UserName: "uploads" });
  const { AccessKey } = await iam.createAccessKey({ UserName: "uploads" });
  iam.destroy();
  const secret = String(AccessKey?.SecretAccessKey);
  const ses = [{ region: "eu-central-1", password: "smtp_password" }];
  return {
    credential: { type: "iam", user: "uploads", adopt: true, ses },
    hasLeaked: true,
    document: {
      access_key_id: String(AccessKey?.AccessKeyId),
      secret_access_key: secret,
      smtp_password: smtpPassword(new Secret(secret), "eu-central-1").reveal(),
      note: "kept",
    },
  };
}

keyLeakSuite(
  "a key of an IAM user, with a login to SES",
  () => KeySuspect.open(uploads),
  awsDisturbances,
);
