import { appendFileSync, readFileSync } from "node:fs";
import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";

/**
 * ListSecrets may lag five minutes, so what a run made is written down ahead of the request: what is killed at any
 * moment leaves no secret that is not in the file.
 */
export function keepJournal(client: SecretsManagerClient, file: string): void {
  client.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        const { Name } = args.input as { Name?: string };
        if (commandName === "CreateSecretCommand") appendFileSync(file, `${Name}\n`);
        return next(args);
      },
    { step: "initialize", name: "journal" },
  );
}

/** The names of secrets that a run made, or tried to. */
export function readJournal(file: string): readonly string[] {
  try {
    return readFileSync(file, "utf8").split("\n").filter(Boolean);
  } catch {
    return [];
  }
}
