import { randomUUID } from "node:crypto";
import type { Deployment, Service } from "./model.ts";

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_deployment_events.html */
export interface DeploymentEvent {
  version: "0";
  id: string;
  "detail-type": "ECS Deployment State Change";
  source: "aws.ecs";
  account: string;
  time: string;
  region: string;
  /** The service's ARN. */
  resources: [string];
  detail: {
    eventType: "INFO" | "ERROR";
    eventName:
      | "SERVICE_DEPLOYMENT_IN_PROGRESS"
      | "SERVICE_DEPLOYMENT_COMPLETED"
      | "SERVICE_DEPLOYMENT_FAILED";
    deploymentId: string;
    updatedAt: string;
    reason: string;
  };
}

const EVENTS = {
  IN_PROGRESS: { eventType: "INFO", eventName: "SERVICE_DEPLOYMENT_IN_PROGRESS" },
  COMPLETED: { eventType: "INFO", eventName: "SERVICE_DEPLOYMENT_COMPLETED" },
  FAILED: { eventType: "ERROR", eventName: "SERVICE_DEPLOYMENT_FAILED" },
} as const;

/** The event for the state that a deployment is in. */
export function deploymentEvent(service: Service, deployment: Deployment): DeploymentEvent {
  const [, , , region = "", account = ""] = service.arn.split(":");
  // Whole seconds, as on AWS.
  const time = (at: number) => new Date(at).toISOString().replace(/\.\d+/, "");
  return {
    version: "0",
    id: randomUUID(),
    "detail-type": "ECS Deployment State Change",
    source: "aws.ecs",
    account,
    time: time(Date.now()),
    region,
    resources: [service.arn],
    detail: {
      ...EVENTS[deployment.rolloutState],
      deploymentId: deployment.id,
      updatedAt: time(deployment.updatedAt),
      reason: deployment.reason,
    },
  };
}
