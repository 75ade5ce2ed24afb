import { AwsError } from "../aws-error.ts";
import type { InputTransformer } from "./transform.ts";

export interface Target {
  Id: string;
  Arn: string;
  SqsParameters?: { MessageGroupId: string } | undefined;
  InputTransformer?: InputTransformer | undefined;
}

export interface Rule {
  readonly name: string;
  readonly arn: string;
  /** As PutRule was given it. */
  definition: {
    EventPattern?: string | undefined;
    ScheduleExpression?: string | undefined;
    State: "ENABLED" | "DISABLED";
    Description?: string | undefined;
    RoleArn?: string | undefined;
  };
  /** Parsed. */
  pattern?: Readonly<Record<string, unknown>> | undefined;
  /** By id. */
  readonly targets: Map<string, Target>;
}

/** The rules of the default bus, the only one here. */
export class RuleTable {
  readonly #arnPrefix: string;
  readonly #byName = new Map<string, Rule>();

  constructor(account: { region: string; accountId: string }) {
    this.#arnPrefix = `arn:aws:events:${account.region}:${account.accountId}:rule/`;
  }

  all(): Rule[] {
    return [...this.#byName.values()];
  }

  /** Throws ResourceNotFoundException. */
  find(name: string): Rule {
    const rule = this.#byName.get(name);
    if (rule !== undefined) return rule;
    throw new AwsError(
      "ResourceNotFoundException",
      `Rule ${name} does not exist on EventBus default.`,
    );
  }

  /** Replaces an earlier rule of this name and keeps its targets (API_PutRule). */
  put(name: string, definition: Rule["definition"], pattern: Rule["pattern"]): Rule {
    const arn = this.#arnPrefix + name;
    const targets = this.#byName.get(name)?.targets ?? new Map<string, Target>();
    const rule = { name, arn, definition, pattern, targets };
    this.#byName.set(name, rule);
    return rule;
  }

  remove(name: string): void {
    this.#byName.delete(name);
  }
}
