import { GetParametersByPathCommand, PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import type { Aws } from "../../standin/aws.ts";
import { keysOf } from "../clients.ts";

/** The SSM parameters of an account. */
export class Parameters implements Disposable {
  readonly #ssm: SSMClient;

  constructor(aws: Aws) {
    const { endpoint, region } = aws;
    this.#ssm = new SSMClient({ endpoint, region, credentials: keysOf(aws, "operator") });
  }

  async add(Name: string, Value: string): Promise<void> {
    await this.#ssm.send(new PutParameterCommand({ Name, Value, Type: "SecureString" }));
  }

  /** Value and version of those below this path, by name. */
  async below(Path: string): Promise<Map<string, { value: string; version: number }>> {
    const found = new Map<string, { value: string; version: number }>();
    let NextToken: string | undefined;
    do {
      const command = new GetParametersByPathCommand({ Path, WithDecryption: true, NextToken });
      const page = await this.#ssm.send(command);
      for (const { Name = "", Value = "", Version = 0 } of page.Parameters ?? [])
        found.set(Name, { value: Value, version: Version });
      NextToken = page.NextToken;
    } while (NextToken);
    return found;
  }

  [Symbol.dispose](): void {
    this.#ssm.destroy();
  }
}
