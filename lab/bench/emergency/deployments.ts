import type { Server } from "../../server.ts";
import { queueEvents, settleFrom } from "../../settlement.ts";
import { startManySecrets } from "../many-secrets.ts";
import { Settled, startServices } from "../settlement.ts";

const perService = 5;

/** An emergency of secrets that services share, five to each. @returns how many deployments it starts */
export async function countDeployments(server: Server, secrets: number): Promise<number> {
  // So many processes at once would tell more of this machine than of emergencies.
  await using many = await startManySecrets(server, secrets, true);
  const { aws, arns, settleArn, emergencyArn } = many;
  await startServices(aws, [...arns.values()], Math.ceil(secrets / perService), perService);
  // As deployed.
  const queueArn = await queueEvents(aws, { delaySeconds: 15, visibilitySeconds: 30 });
  await settleFrom(aws, queueArn, settleArn);
  using settled = new Settled(aws, secrets);
  const before = aws.calls.length;
  const event = { action: "leaked", all: true, reason: "bench" };
  const { error } = await aws.functions.invoke(emergencyArn, event);
  if (error) throw new Error(`${error.errorType}: ${error.errorMessage}`);
  await settled.all();
  return aws.calls.slice(before).filter(({ operation }) => operation === "UpdateService").length;
}
