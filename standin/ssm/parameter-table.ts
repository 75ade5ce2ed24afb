import { AwsError } from "../aws-error.ts";
import type { Parameter, ParameterVersion } from "./parameter.ts";

/** A parameter that was asked for, in the version that was asked for. */
export interface Selected {
  readonly parameter: Parameter;
  readonly version: ParameterVersion;
  /** As it was asked for, e.g. `:3`. */
  readonly selector?: string;
}

/** The parameters of one account and Region. */
export class ParameterTable {
  readonly accountId: string;
  readonly #arnPrefix: string;
  /** By ARN: that of `/name` and of `name` is the same, and so there is one of them at most. */
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

  /** Of this name, or of the name that differs in the leading slash alone. */
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

  /** By name or ARN, with a version behind it or not. Throws ParameterNotFound, ParameterVersionNotFound. */
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
