import { createHash } from "node:crypto";
import {
  DeleteParameterCommand,
  PutParameterCommand,
  paginateGetParametersByPath,
  SSMClient,
} from "@aws-sdk/client-ssm";
import type { ProblemMemory, Remembered } from "../alerts/memory.ts";
import { rememberedIn, textOf } from "../alerts/remembered.ts";
import { onDemand } from "../on-demand.ts";
import { callAws, meaning } from "./failures.ts";

/**
 * In Parameter Store, in the account and Region of the environment: a parameter for each secret and domain with
 * problems. PutParameter takes few calls a second of an account, so the SDK waits and repeats.
 * @param path of the stack, e.g. `/quarterturn/quarterturn-production/problems`
 */
export function parameterMemory(path = "/quarterturn/problems"): ProblemMemory {
  return new ParameterMemory(
    onDemand(() => new SSMClient({ maxAttempts: 6 })),
    path,
  );
}

class ParameterMemory implements ProblemMemory {
  readonly #client: () => SSMClient;
  readonly #path: string;

  constructor(client: () => SSMClient, path: string) {
    this.#client = client;
    this.#path = path;
  }

  list(signal: AbortSignal): Promise<readonly Remembered[]> {
    return this.#below(this.#path, signal);
  }

  of(secret: string, signal: AbortSignal): Promise<readonly Remembered[]> {
    return this.#below(this.#pathOf(secret), signal);
  }

  async write(remembered: Remembered, signal: AbortSignal): Promise<void> {
    const Name = `${this.#pathOf(remembered.secret)}/${remembered.domain}`;
    if (remembered.problems.length === 0) return this.#forget(Name, signal);
    const input = { Name, Value: textOf(remembered), Overwrite: true };
    const command = new PutParameterCommand({ ...input, Type: "String", Tier: "Standard" });
    await callAws("ssm:PutParameter", Name, signal, (options) =>
      this.#client().send(command, options),
    );
  }

  #forget(Name: string, signal: AbortSignal): Promise<void> {
    return callAws("ssm:DeleteParameter", Name, signal, async (options) => {
      const command = new DeleteParameterCommand({ Name });
      await this.#client().send(command, options).catch(meaning("ParameterNotFound", undefined));
    });
  }

  #below(Path: string, signal: AbortSignal): Promise<readonly Remembered[]> {
    return callAws("ssm:GetParametersByPath", Path, signal, async (options) => {
      const found: Remembered[] = [];
      const input = { Path, Recursive: true };
      const pages = paginateGetParametersByPath({ client: this.#client() }, input, options);
      for await (const { Parameters = [] } of pages)
        found.push(...Parameters.flatMap(({ Value = "" }) => rememberedIn(Value) ?? []));
      return found;
    });
  }

  /** An ARN has characters that the name of a parameter must not have. */
  #pathOf(secret: string): string {
    return `${this.#path}/${createHash("sha256").update(secret).digest("hex").slice(0, 32)}`;
  }
}
