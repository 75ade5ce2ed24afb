import type { Server } from "../server.ts";
import { measureLeakedPassword, type ServiceFigures } from "./emergency/database.ts";
import { countDeployments } from "./emergency/deployments.ts";
import { measureLeakedKey } from "./emergency/key.ts";
import type { BulkFigures } from "./pass/bulk.ts";
import { measureBulk } from "./pass.ts";

export interface EmergencyFigures {
  /** From the command until what leaked is refused, by functions that start cold. */
  readonly timeToDeadMs: { readonly database: number; readonly key: number };
  /** In simulation. */
  readonly bulk: Pick<BulkFigures, "secrets" | "simulatedMinutes">;
  /** Of 50 secrets in 10 services. */
  readonly deployments: number;
}

/** The same, and what of it is printed for people alone. */
export interface EmergencyMeasured {
  readonly figures: EmergencyFigures;
  readonly service: ServiceFigures;
  readonly bulk: BulkFigures;
}

export async function measureEmergency(server: Server): Promise<EmergencyMeasured> {
  const service = await measureLeakedPassword(server);
  const key = await measureLeakedKey();
  const deployments = await countDeployments(server, 50);
  const bulk = await measureBulk();
  const { secrets, simulatedMinutes } = bulk;
  const timeToDeadMs = { database: service.deadMs, key };
  const figures = { timeToDeadMs, bulk: { secrets, simulatedMinutes }, deployments };
  return { figures, service, bulk };
}

export function emergencyTable({ figures, service, bulk }: EmergencyMeasured): string[] {
  const { timeToDeadMs, deployments } = figures;
  return [
    "emergency      from the command until what leaked is refused; budget 5 s",
    `  a password of a service of three tasks: ${timeToDeadMs.database} ms, ${service.failedLogins} failed logins of its tasks, which are back after ${service.backMs} ms, of which the deployment took ${service.deploymentMs} ms`,
    `  a key of a provider without delays of its own: ${timeToDeadMs.key} ms`,
    `  50 secrets in 10 services: ${deployments} deployments, budget 10`,
    `  simulated, ${bulk.secrets} secrets in ${bulk.services} services: the last one is dead after ${bulk.simulatedMinutes} min, budget 15; all is over after ${bulk.minutesToEnd} min, with ${bulk.deployments} deployments`,
  ];
}
