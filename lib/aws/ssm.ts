import {
  DescribeParametersCommand,
  GetParametersCommand,
  type Parameter,
  PutParameterCommand,
  SSMClient,
} from "@aws-sdk/client-ssm";
import { chunks } from "../chunks.ts";
import type {
  Keeping,
  ParameterStore,
  ParameterWrite,
  StoredParameter,
} from "../mirror/parameters.ts";
import { onDemand } from "../on-demand.ts";
import { Secret } from "../secret/secret.ts";
import { callAws, meaning } from "./failures.ts";

/** In the account and Region of the environment; the SDK retries throttled calls. */
export function parameterStore(): ParameterStore {
  return new SsmParameters(onDemand(() => new SSMClient({ maxAttempts: 6 })));
}

/** How many names one request may hold (API reference, GetParameters and ParameterStringFilter). */
const [perRead, perFilter] = [10, 50];

class SsmParameters implements ParameterStore {
  readonly #client: () => SSMClient;

  constructor(client: () => SSMClient) {
    this.#client = client;
  }

  async read(names: readonly string[], signal: AbortSignal): Promise<readonly StoredParameter[]> {
    const found: StoredParameter[] = [];
    for (const Names of chunks(names, perRead)) {
      const command = new GetParametersCommand({ Names, WithDecryption: true });
      const { Parameters = [] } = await callAws(
        "ssm:GetParameters",
        listed(Names),
        signal,
        (options) => this.#client().send(command, options),
      );
      found.push(...Parameters.flatMap(stored));
    }
    return found;
  }

  async keepings(
    names: readonly string[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, Keeping>> {
    const found = new Map<string, Keeping>();
    for (const Values of chunks(names, perFilter)) {
      let NextToken: string | undefined;
      do {
        const ParameterFilters = [{ Key: "Name", Option: "Equals", Values }];
        const command = new DescribeParametersCommand({ ParameterFilters, NextToken });
        const page = await callAws("ssm:DescribeParameters", listed(Values), signal, (options) =>
          this.#client().send(command, options),
        );
        for (const { Name = "", KeyId, Tier } of page.Parameters ?? [])
          found.set(Name, { kmsKey: KeyId, tier: Tier });
        NextToken = page.NextToken;
      } while (NextToken);
    }
    return found;
  }

  write(write: ParameterWrite, signal: AbortSignal): Promise<number | "exists"> {
    const command = new PutParameterCommand({
      Name: write.name,
      Value: write.value.reveal(),
      Type: "SecureString",
      Overwrite: write.replaces,
      KeyId: write.kmsKey,
      Tier: write.tier,
    });
    return callAws("ssm:PutParameter", write.name, signal, async (options) => {
      const sent = await this.#client()
        .send(command, options)
        .catch(meaning("ParameterAlreadyExists", "exists" as const));
      return sent === "exists" ? sent : (sent.Version ?? 0);
    });
  }
}

function stored(parameter: Parameter): StoredParameter | [] {
  const { Name, Selector = "", Value, Type, Version, LastModifiedDate } = parameter;
  if (Name === undefined || Value === undefined || !LastModifiedDate) return [];
  const value = new Secret(Value);
  const [secure, version] = [Type === "SecureString", Version ?? 0];
  return { name: Name + Selector, value, secure, version, modifiedAt: LastModifiedDate };
}

const listed = (names: readonly string[]) => names.join(", ");
