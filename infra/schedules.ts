import { createHash } from "node:crypto";
import { isSupplied, type Manifest } from "../lib/manifest/manifest.ts";
import { functionsOf, type Place } from "../lib/manifest/place.ts";
import { logicalId, type Resource, type Resources, ref } from "./cloudformation.ts";
import { type Deployment, deployedName, functionId, placesOf } from "./deployment.ts";
import { hourlyEvents } from "./events.ts";

/**
 * That Secrets Manager may invoke the functions that rotate, and the custom resource that has `schedule` tell it when. The
 * template grows with no secret.
 */
export function schedules(deployment: Deployment): Resources {
  const permissions = placesOf(deployment).map((place) => [permissionId(place), permission(place)]);
  return {
    ...Object.fromEntries(permissions),
    Schedules: {
      Type: "Custom::RotationSchedules",
      // All that `schedule` needs; so CloudFormation removes it only after the schedules are switched off.
      DependsOn: [...placesOf(deployment).map(permissionId), "AlertTopicPolicy"],
      Properties: { ServiceToken: target, Wanted: digestOf(deployment.manifest) },
    },
    ...hourly(deployment),
  };
}

const target = { "Fn::GetAtt": [functionId("schedule"), "Arn"] };

const permissionId = (place: Place) => `${logicalId(functionsOf[place].rotate)}Permission`;

const permission = (place: Place): Resource => ({
  Type: "AWS::Lambda::Permission",
  Properties: {
    FunctionName: { "Fn::GetAtt": [functionId(functionsOf[place].rotate), "Arn"] },
    Action: "lambda:InvokeFunction",
    Principal: "secretsmanager.amazonaws.com",
    SourceAccount: ref("AWS::AccountId"),
  },
});

/** CloudFormation asks `schedule` when this changes. */
function digestOf({ secrets }: Manifest): string {
  const scheduled = Object.entries(secrets).filter(([, entry]) => !isSupplied(entry));
  const wanted = scheduled.map(([secret, { place, schedule }]) =>
    JSON.stringify([secret, place, schedule.expression, schedule.duration]),
  );
  return createHash("sha256").update(wanted.toSorted().join()).digest("hex");
}

/**
 * Rule → schedule, every hour. It is there after the custom resource and gone before it, so
 * that it switches on nothing that the removal of the stack has switched off.
 */
const hourly = (deployment: Deployment): Resources => ({
  SchedulesDueRule: {
    Type: "AWS::Events::Rule",
    DependsOn: ["Schedules"],
    Properties: {
      Name: deployedName(deployment, "schedules-due"),
      ...hourlyEvents["schedules-due"],
      Targets: [{ Id: "schedule", Arn: target }],
    },
  },
  SchedulesDueRulePermission: {
    Type: "AWS::Lambda::Permission",
    Properties: {
      FunctionName: target,
      Action: "lambda:InvokeFunction",
      Principal: "events.amazonaws.com",
      SourceArn: { "Fn::GetAtt": ["SchedulesDueRule", "Arn"] },
    },
  },
});
