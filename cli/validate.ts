import { statSync } from "node:fs";
import { readManifest } from "../build/manifest-plugin.ts";
import { cloudTrail } from "../lib/aws/cloudtrail.ts";
import { rdsEndpoints } from "../lib/aws/rds-endpoints.ts";
import { secretsManagerStore } from "../lib/aws/secrets-manager.ts";
import { snsTopic } from "../lib/aws/sns.ts";
import { consumerTypes } from "../lib/consumers/registry.ts";
import { InvalidManifest } from "../lib/manifest/errors.ts";
import type { Manifest } from "../lib/manifest/manifest.ts";
import type { Remark } from "../lib/manifest/remark.ts";
import { loadChecks } from "../lib/types.ts";
import { exemptionFindings } from "../lib/validation/exemption-findings.ts";
import { type Finding, ofManifest } from "../lib/validation/finding.ts";
import { findings } from "../lib/validation/findings.ts";
import { gather } from "../lib/validation/gather.ts";
import { asJson, asText, isGood, type Report } from "../lib/validation/report.ts";
import { program, UsageError } from "./command-line.ts";
import { progressLine } from "./progress.ts";
import { ownRegion } from "./region.ts";
import { topicArn } from "./topic-arn.ts";

const usage = `Checks rotation.yml and, with --live, what it names in the account. Changes nothing.

  npm run validate -- [options]

  --file FILE    the manifest (default: rotation.yml)
  --stage NAME   the stage to compile it for (default: production)
  --live         also check the account: secrets, logins, consumers, CloudTrail, the topic
  --topic ARN    with --live: the SNS topic of on-call (default: ALERT_TOPIC_ARN)
  --json         print one JSON object and nothing else
  --help         print this

Uses the AWS credentials of your environment or profile; docs/validate.md lists the permissions they need.
Exit codes: 0 no errors (warnings do not fail), 1 errors, 2 invalid options.`;

const options = {
  file: { type: "string", default: "rotation.yml" },
  stage: { type: "string", default: "production" },
  live: { type: "boolean", default: false },
  topic: { type: "string", needs: "live" },
  json: { type: "boolean", default: false },
} as const;

/** In milliseconds: all of it. */
const patience = 600_000;

await program(usage, options, async ({ file, stage, live, topic, json }) => {
  if (!/^[\w-]+$/.test(stage)) throw new UsageError(`"${stage}" is not a valid stage name.`);
  if (!statSync(file, { throwIfNoEntry: false })?.isFile())
    throw new UsageError(`No such file: "${file}".`);
  const look = live ? await liveCheck(topic ?? process.env["ALERT_TOPIC_ARN"]) : offlineCheck;
  const report = { file, stage, live, ...(await check(file, stage, look)) };
  console.log(json ? asJson(report) : asText(report));
  if (!isGood(report)) process.exitCode = 1;
});

type Look = (manifest: Manifest) => Promise<readonly Finding[]>;

async function check(
  file: string,
  stage: string,
  look: Look,
): Promise<Pick<Report, "manifest" | "findings">> {
  const warnings: Remark[] = [];
  let manifest: Manifest;
  try {
    manifest = readManifest(file, stage, { warn: (warning) => warnings.push(warning) });
  } catch (error) {
    if (!(error instanceof InvalidManifest)) throw error;
    return { findings: error.problems.map((problem) => ofManifest("error", problem)) };
  }
  // An exemption that has ended is an error here, with a finding of its own.
  const others = warnings.filter(({ path }) => path.at(-2) !== "exempt");
  const found = others.map((warning) => ofManifest("warning", warning));
  return { manifest, findings: [...found, ...(await look(manifest))] };
}

async function offlineCheck({ exempt }: Manifest): Promise<readonly Finding[]> {
  return exemptionFindings(exempt, new Date());
}

/** @throws UsageError */
async function liveCheck(topic: string | undefined): Promise<Look> {
  await ownRegion();
  const progress = progressLine(process.stderr);
  const ports = {
    store: secretsManagerStore(),
    consumers: consumerTypes(),
    endpoints: rdsEndpoints(),
    trails: cloudTrail(),
    checks: loadChecks,
    topic: topic ? snsTopic(topicArn(topic).arn) : undefined,
    now: () => new Date(),
    progress: progress.show,
  };
  return async (manifest) => {
    const facts = await gather(manifest, ports, AbortSignal.timeout(patience));
    progress.clear();
    return findings(facts, "the credentials of this shell");
  };
}
