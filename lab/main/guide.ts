import { join } from "node:path";
import { databaseSecretId } from "../database-secret.ts";
import type { WatchedStep } from "../step-watch.ts";
import type { World } from "../world.ts";

/** How to use what runs here; the lines to paste start in the first column. */
export function guide({ aws, server, folder }: World): string[] {
  const variables = Object.entries(aws.env("developer"));
  const aboutSecret = (operation: string) =>
    `aws secretsmanager ${operation} --secret-id ${databaseSecretId}`;
  return [
    `A stand-in for AWS runs on ${aws.endpoint}; its secret ${databaseSecretId}`,
    "rotates on request. Paste this into another terminal, for the aws command line or any SDK:",
    "",
    ...variables.map(([name, value]) => `export ${name}=${value}`),
    "unset AWS_PROFILE AWS_SESSION_TOKEN",
    "",
    aboutSecret("describe-secret"),
    aboutSecret("rotate-secret"),
    aboutSecret("get-secret-value"),
    "",
    `The secret's database is ${server.title} on ${server.host}:${server.port}, TLS only; its authority:`,
    `  ${join(folder, "ca.pem")}`,
    "",
    "Ctrl-C stops everything and cleans up. The steps of the rotation function appear here:",
  ];
}

export function stepLine({ step, ms, requests, error }: WatchedStep): string {
  const line = `${step.padEnd(13)} ${Math.round(ms)} ms  ${requests.join(", ")}`;
  return error ? `${line}\n  ${error.errorType}: ${error.errorMessage}` : line;
}
