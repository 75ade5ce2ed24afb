import { AwsError } from "../aws-error.ts";
import type { TaskDefinition } from "./model.ts";

/** Families and their revisions. */
export class TaskDefinitions {
  readonly #byArn = new Map<string, TaskDefinition>();
  readonly #arnPrefix: string;
  readonly #revisions: Map<string, number>;

  /** @param revisions the newest of each family; a revision is never reused, because clients cache it */
  constructor(account: { region: string; accountId: string }, revisions: Map<string, number>) {
    this.#revisions = revisions;
    this.#arnPrefix = `arn:aws:ecs:${account.region}:${account.accountId}:task-definition/`;
  }

  all(): TaskDefinition[] {
    return [...this.#byArn.values()];
  }

  add(input: Pick<TaskDefinition, "family" | "containers" | "rest">): TaskDefinition {
    const { family } = input;
    const revision = 1 + (this.#revisions.get(family) ?? 0);
    this.#revisions.set(family, revision);
    const arn = `${this.#arnPrefix}${family}:${revision}`;
    const definition = { ...input, arn, revision, registeredAt: Date.now() };
    this.#byArn.set(arn, definition);
    return definition;
  }

  /** By ARN, `family:revision`, or `family` for its latest active revision. */
  lookUp(taskDefinition: string): TaskDefinition | undefined {
    const name = taskDefinition.replace(this.#arnPrefix, "");
    if (name.includes(":")) return this.#byArn.get(this.#arnPrefix + name);
    return this.all().findLast(
      ({ family, deregisteredAt }) => family === name && deregisteredAt === undefined,
    );
  }

  remove({ arn }: TaskDefinition): void {
    this.#byArn.delete(arn);
  }

  /** Throws ClientException if it does not exist or is inactive. */
  findActive(taskDefinition: string): TaskDefinition {
    const found = this.lookUp(taskDefinition);
    if (found === undefined) throw new AwsError("ClientException", "TaskDefinition not found.");
    if (found.deregisteredAt === undefined) return found;
    throw new AwsError("ClientException", "TaskDefinition is inactive");
  }
}
