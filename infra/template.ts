import { alarms } from "./alarms.ts";
import { alerts } from "./alerts.ts";
import { logicalId, type Resources, ref, type Value } from "./cloudformation.ts";
import { type Deployment, deployedName, functionId, servedAt } from "./deployment.ts";
import { drills } from "./drills.ts";
import type { FunctionEntry } from "./function-entry.ts";
import { commonEnvironment, deployedFunctions } from "./functions.ts";
import { type Statement, writeLogs } from "./grants.ts";
import { joinVpc } from "./grants-vpc.ts";
import { outsidePath } from "./outside-path.ts";
import { role } from "./role.ts";
import { schedules } from "./schedules.ts";
import { settlement } from "./settlement.ts";

/** All resources but the functions themselves and their log groups, which the framework makes. */
export function resources(deployment: Deployment): Resources {
  const roles = Object.entries(statementsOf(deployment)).map(([name, statements]) =>
    role(roleId(name), statements),
  );
  return Object.assign(
    {},
    ...roles,
    alerts(deployment),
    settlement(deployment),
    outsidePath(deployment),
    schedules(deployment),
    drills(deployment),
    alarms(deployment),
  );
}

/** Everything that each function may do, by its name. */
export function statementsOf(deployment: Deployment): Record<string, readonly Statement[]> {
  return Object.fromEntries(
    Object.entries(deployedFunctions(deployment)).map(([name, { place, grants }]) => [
      name,
      [
        writeLogs(`/aws/lambda/${deployedName(deployment, name)}`),
        ...(place === "network" ? joinVpc(deployment, name) : []),
        ...grants(servedAt(deployment, place)),
      ],
    ]),
  );
}

/** The `functions` of serverless.yml. */
export function functionsOf(deployment: Deployment): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(deployedFunctions(deployment)).map(([name, entry]) => [
      name,
      functionOf(deployment, name, entry),
    ]),
  );
}

function functionOf(
  deployment: Deployment,
  name: string,
  { description, timeout, moreTime, environment, place }: FunctionEntry,
): Value {
  const { network } = deployment;
  return {
    name: deployedName(deployment, name),
    handler: `functions/${name}.handler`,
    description,
    timeout: timeout + (moreTime?.(servedAt(deployment, place)) ?? 0),
    role: roleId(name),
    environment: { ...commonEnvironment(deployment), ...environment?.(deployment) },
    ...(place === "network" && network && { vpc: { ...network } }),
  };
}

const roleId = (name: string) => `${logicalId(name)}Role`;

/** What the person who deploys needs next. */
export function outputs(deployment: Deployment): Record<string, Value> {
  const { alertEmail } = deployment;
  const subscribe =
    "Nobody receives the alerts yet. Subscribe on-call: aws sns subscribe --topic-arn ${AlertTopic} --protocol email --notification-endpoint YOU@EXAMPLE.COM";
  return {
    AlertTopicArn: { Description: "The topic of the alerts", Value: ref("AlertTopic") },
    AlertSubscription: {
      Description: "Who receives the alerts",
      Value: alertEmail
        ? `${alertEmail}, once the link in AWS's message is followed`
        : { "Fn::Sub": subscribe },
    },
    Schedules: {
      Description: "What became of the rotation schedules when they changed last",
      Value: { "Fn::GetAtt": ["Schedules", "Summary"] },
    },
    ...Object.fromEntries(
      Object.keys(deployedFunctions(deployment)).map((name) => [
        `${logicalId(name)}FunctionArn`,
        { Value: { "Fn::GetAtt": [functionId(name), "Arn"] } },
      ]),
    ),
  };
}
