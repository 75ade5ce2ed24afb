import { setTimeout } from "node:timers/promises";
import type { Context } from "aws-lambda";
import { ecs } from "../../lib/aws/ecs.ts";
import { lambdaMirrorer } from "../../lib/aws/lambda-mirrorer.ts";
import { lambdaRetirer } from "../../lib/aws/lambda-retirer.ts";
import { secretsManagerStore } from "../../lib/aws/secrets-manager.ts";
import { snsTopic } from "../../lib/aws/sns.ts";
import type { Log } from "../../lib/context/log.ts";
import { reportFailure } from "../../lib/reporting/failure-report.ts";
import { powertoolsLog } from "../../lib/reporting/powertools.ts";
import type { SettlementPorts } from "../../lib/settlement/settle.ts";
import manifest from "../../rotation.yml";
import { place } from "./place.ts";

const store = secretsManagerStore();
const alerts = snsTopic(process.env["ALERT_TOPIC_ARN"]);
const log = powertoolsLog(place.environment);
const retirer = lambdaRetirer(process.env["RETIRE_DATABASE_FUNCTION"]);
const mirrorer = lambdaMirrorer(process.env["MIRROR_FUNCTION"]);
const now = () => new Date();
const sleep = (ms: number, signal: AbortSignal) => setTimeout(ms, undefined, { signal });
const cluster = ecs();

export type SettlementFunctionPorts = (context: Context) => SettlementPorts & { log: Log };

/** What settlement reaches the world through, for one invocation. */
export const settlementPorts: SettlementFunctionPorts = (context) => ({
  store,
  ecs: cluster,
  retirer,
  mirrorer,
  alerts,
  manifest,
  log,
  now,
  sleep,
  report(problem, secret, token) {
    const { logGroupName: logGroup, awsRequestId: requestId } = context;
    const task = { kind: "settlement", secret: secret.name, step: "settle", token } as const;
    const occasion = { task, ...place, logGroup, requestId, at: now() };
    return reportFailure(problem, occasion, secret, { store, alerts, log });
  },
});
