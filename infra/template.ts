import { alarms } from "./alarms.ts";
import { alerts } from "./alerts.ts";
import { logicalId, type Resources, ref, type Value } from "./cloudformation.ts";
import { type Deployment, deployedName, functionId } from "./deployment.ts";
import { commonEnvironment, type FunctionEntry, functions } from "./functions.ts";
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
    alarms(deployment),
  );
}

/** Everything that each function may do, by its name. */
export function statementsOf(deployment: Deployment): Record<string, readonly Statement[]> {
  return Object.fromEntries(
    Object.entries(functions).map(([name, entry]) => [
      name,
      [
        writeLogs(`/aws/lambda/${deployedName(deployment, name)}`),
        ...(entry.reachesDatabases ? joinVpc(deployment, name) : []),
        ...entry.grants(deployment),
      ],
    ]),
  );
}

/** The `functions` of serverless.yml. */
export function functionsOf(deployment: Deployment): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(functions).map(([name, entry]) => [name, functionOf(deployment, name, entry)]),
  );
}

function functionOf(
  deployment: Deployment,
  name: string,
  { description, timeout, environment, reachesDatabases }: FunctionEntry,
): Value {
  const { network } = deployment;
  return {
    name: deployedName(deployment, name),
    handler: `functions/${name}.handler`,
    description,
    timeout,
    role: roleId(name),
    environment: { ...commonEnvironment(deployment), ...environment },
    ...(reachesDatabases && network && { vpc: { ...network } }),
  };
}

const roleId = (name: string) => `${logicalId(name)}Role`;

/** What whoever deploys needs next. */
export function outputs({ alertEmail }: Deployment): Record<string, Value> {
  const subscribe =
    "Nobody hears the alerts yet. Subscribe on-call: aws sns subscribe --topic-arn ${AlertTopic} --protocol email --notification-endpoint YOU@EXAMPLE.COM";
  return {
    AlertTopicArn: { Description: "Where on-call hears of it", Value: ref("AlertTopic") },
    AlertSubscription: {
      Description: "Who hears the alerts",
      Value: alertEmail
        ? `${alertEmail}, once the link in the message of AWS is followed`
        : { "Fn::Sub": subscribe },
    },
    ...Object.fromEntries(
      Object.keys(functions).map((name) => [
        `${logicalId(name)}FunctionArn`,
        { Value: { "Fn::GetAtt": [functionId(name), "Arn"] } },
      ]),
    ),
  };
}
