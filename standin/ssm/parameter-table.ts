import { AwsError } from "../aws-error.ts";
import type { Parameter, ParameterVersion } from "./parameter.ts";

/** The requested parameter in the requested version. */
export interface Selected {
  readonly parameter: Parameter;
  readonly version: ParameterVersion;
  /** As requested, e.g. `:3`. */
  readonly selector?: string;
}

/** The parameters of one account and Region. */
export class ParameterTable {
  readonly accountId: string;
  readonly #arnPrefix: string;
  /** By ARN. `/name` and `name` have the same ARN, so only one of them can exist. */
  readonly #byArn = new Map<string, Parameter>();

  constructor({ region, accountId }: { region: string; accountId: string }) {
    this.accountId = accountId;
    this.#arnPrefix = `arn:aws:ssm:${region}:${accountId}:parameter`;
  }

  all(): Parameter[] {
    return [...this.#byArn.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** `arn:aws:ssm:region:account:parameter/name`, with one slash whether or not the name begins with it. */
  arnOf(name: string): string {
    return `${this.#arnPrefix}/${name.replace(/^\//, "")}`;
  }

  /** By name, with or without the leading slash. */
  taken(name: string): Parameter | undefined {
    return this.#byArn.get(this.arnOf(name));
  }

  add(parameter: Parameter): void {
    this.#byArn.set(parameter.arn, parameter);
  }

  remove({ arn }: Parameter): void {
    this.#byArn.delete(arn);
  }

  /** By name or ARN. */
  named(nameOrArn: string): Parameter | undefined {
    const found = this.#byArn.get(nameOrArn) ?? this.taken(nameOrArn);
    return found?.arn === nameOrArn || found?.name === nameOrArn ? found : undefined;
  }

  /** As `named`. Throws ParameterNotFound, whose message is empty on AWS too. */
  find(nameOrArn: string): Parameter {
    const found = this.named(nameOrArn);
    if (found === undefined) throw new AwsError("ParameterNotFound", "");
    return found;
  }

  /** By name or ARN, and an optional version. Throws ParameterNotFound, ParameterVersionNotFound. */
  select(asked: string): Selected {
    const [, nameOrArn = "", selector] =
      /^((?:arn(?::[^:]*){5})?[^:]*)(:[^:]+)?$/.exec(asked) ?? [];
    const parameter = this.find(nameOrArn);
    const { versions } = parameter;
    const version =
      selector === undefined
        ? versions.at(-1)
        : versions.find((each) => `:${each.version}` === selector);
    if (version !== undefined)
      return { parameter, version, ...(selector !== undefined && { selector }) };
    throw new AwsError(
      "ParameterVersionNotFound",
      `Systems Manager could not find version ${selector?.slice(1)} of ${nameOrArn}. Verify the version and try again.`,
    );
  }
}
