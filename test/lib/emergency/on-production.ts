import { randomUUID } from "node:crypto";
import { UpdateSecretVersionStageCommand } from "@aws-sdk/client-secrets-manager";
import pg from "pg";
import { expect } from "vitest";
import { aheadDate } from "../../../lab/ahead-date.ts";
import { type DatabaseSecret, databaseSecretId } from "../../../lab/database-secret.ts";
import { AwsError } from "../../../standin/aws.ts";
import { until } from "../../standin/ecs-fixtures.ts";
import type { Production } from "../settlement/production.ts";

interface Answer {
  readonly id: string;
  readonly outcome: string;
  readonly notes: readonly string[];
  readonly secrets: readonly {
    readonly plan: string;
    readonly says: string;
    readonly code?: string;
  }[];
}

let count = 0;

/** One invocation of the emergency function, as a person makes it, about the database's secret. */
export async function ask(production: Production, request: object): Promise<Answer> {
  const { aws, emergencyArn } = production.world;
  count += 1;
  const reason = `INC-${count}`;
  const payload = { secrets: [databaseSecretId], reason, ...request };
  const invoked = await aws.functions.invoke(emergencyArn, payload);
  if (invoked.error) throw new Error(`${invoked.error.errorType}: ${invoked.error.errorMessage}`);
  return invoked.payload as Answer;
}

/** Asks, and waits until on-call hears that it is over, or what is left for a person. */
export async function asked(production: Production, request: object): Promise<Answer> {
  const before = ended(production);
  const answer = await ask(production, request);
  expect(answer, JSON.stringify(answer)).toMatchObject({ outcome: "started" });
  await until(async () => ended(production) > before);
  // Whoever asks for its state by its id finds it.
  const { emergencyArn, aws } = production.world;
  const status = await aws.functions.invoke(emergencyArn, { action: "status", id: answer.id });
  expect(status.payload).toMatchObject({ secrets: [{ secret: databaseSecretId, id: answer.id }] });
  return answer;
}

/** Either is an end. */
const ended = (production: Production) =>
  production.over().filter((code) => code === "EMERGENCY").length +
  production.alerts().filter((code) => code === "EMERGENCY_REFUSED").length;

/** What the plan says of the secret, without doing it. */
export async function planned(production: Production, action: string): Promise<string> {
  const answer = await ask(production, { action, dryRun: true });
  return answer.secrets[0]?.says ?? "";
}

/** Whether the server accepts AWSCURRENT. */
export const isAccepted = async ({ world }: Production): Promise<boolean> =>
  world.versionAccepted((await world.labels())["AWSCURRENT"] ?? "");

type IsMeant = (call: {
  readonly operation: string;
  readonly input: Record<string, unknown>;
}) => boolean;

/** The stand-in refuses these calls of functions, until it is disposed. @param principal how their names begin */
export function deniedOf(
  { world: { aws } }: Production,
  principal: string,
  isMeant: IsMeant,
): Disposable {
  return aws.intercept({
    before(call) {
      if (call.principal.startsWith(principal) && isMeant(call))
        throw new AwsError("AccessDeniedException", "no");
    },
  });
}

/** A rotation that gives up, because these calls are refused. */
export async function failedRotation(production: Production, isMeant: IsMeant): Promise<string> {
  const token = randomUUID();
  using _ = deniedOf(production, "rotate-", isMeant);
  const { succeeded } = await production.world.rotate(token);
  expect(succeeded).toBe(false);
  expect((await production.world.labels())["AWSPENDING"]).toBe(token);
  return token;
}

/** All clocks of the stand-in and of the functions, until it is disposed. */
export function later(ms: number): Disposable {
  const machine = globalThis.Date;
  globalThis.Date = aheadDate(() => ms);
  return {
    [Symbol.dispose]() {
      globalThis.Date = machine;
    },
  };
}

/** The last alert that is not about something's end, for people. */
export const lastAlert = ({ world: { aws } }: Production): string =>
  aws.notifications.findLast(({ attributes }) => attributes["status"] !== "over")?.message ?? "";

/** A label that is on no version, or that Secrets Manager moves by itself. */
export async function attach({ world }: Production, label: string, to: string): Promise<void> {
  const input = { SecretId: databaseSecretId, VersionStage: label, MoveToVersionId: to };
  await world.client.send(new UpdateSecretVersionStageCommand(input));
}

/** An application that stays logged in. */
export async function session({ host, port, database, username: user, password }: DatabaseSecret) {
  const ssl = { rejectUnauthorized: false };
  const client = new pg.Client({ host, port: Number(port), database, user, password, ssl });
  client.on("error", () => {});
  await client.connect();
  return {
    isOpen: () =>
      client.query("SELECT 1").then(
        () => true,
        () => false,
      ),
    [Symbol.asyncDispose]: () => client.end().catch(() => {}),
  };
}
