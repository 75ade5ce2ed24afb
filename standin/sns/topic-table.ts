import { AwsError } from "../aws-error.ts";
import { arnElements, invalid } from "./operation.ts";

export interface Subscription {
  readonly arn: string;
  readonly protocol: string;
  readonly endpoint: string;
  /** The token in the confirmation message. */
  readonly token: string;
  confirmed: boolean;
}

export interface Topic {
  readonly arn: string;
  /** As CreateTopic was given them. */
  readonly attributes: Readonly<Record<string, string>>;
  /** By ARN. */
  readonly subscriptions: Map<string, Subscription>;
  subscriptionsDeleted: number;
}

/** The topics of one account and Region. */
export class TopicTable {
  readonly accountId: string;
  readonly #region: string;
  readonly #byArn = new Map<string, Topic>();

  constructor(account: { region: string; accountId: string }) {
    this.accountId = account.accountId;
    this.#region = account.region;
  }

  all(): Topic[] {
    return [...this.#byArn.values()];
  }

  named(name: string): Topic | undefined {
    return this.#byArn.get(this.#arn(name));
  }

  add(name: string, attributes: Record<string, string>): Topic {
    const arn = this.#arn(name);
    const topic = { arn, attributes, subscriptions: new Map(), subscriptionsDeleted: 0 };
    this.#byArn.set(arn, topic);
    return topic;
  }

  /** Throws InvalidParameter for an invalid ARN or another Region; NotFound. */
  find(topicArn: string, parameter = "TopicArn"): Topic {
    const region = arnElements(topicArn, parameter)[3];
    if (region !== this.#region) throw invalid(parameter);
    const topic = this.#byArn.get(topicArn);
    if (topic === undefined) throw new AwsError("NotFound", "Topic does not exist", 404);
    return topic;
  }

  remove(topicArn: string): void {
    this.#byArn.delete(topicArn);
  }

  #arn(name: string): string {
    return `arn:aws:sns:${this.#region}:${this.accountId}:${name}`;
  }
}
