import { AwsCallFailed } from "../../../lib/aws-call-failed.ts";
import type { Schedule, ScheduledSecret, Schedules } from "../../../lib/schedules/port.ts";

/** A denial, or whatever else; `retryable` as Secrets Manager's own errors are. */
export const failed = (call: string, failure = "AccessDeniedException", retryable = false) =>
  new AwsCallFailed(`secretsmanager:${call}`, "app", { failure, retryable, remedy: "Allow it." });

type Changeable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Rotation schedules in memory, by Secrets Manager's rules. */
export class FakeSchedules implements Schedules {
  readonly secrets = new Map<string, Changeable<ScheduledSecret>>();
  /** What ListSecrets shows, where it lags. */
  listed: readonly ScheduledSecret[] | undefined;
  readonly calls: string[] = [];
  /** By `call name`; throws what the call is to throw. */
  readonly failures = new Map<string, Error>();
  /** Runs before each call. */
  before: (call: string) => void = () => {};

  add(name: string, more: Partial<ScheduledSecret> = {}): Changeable<ScheduledSecret> {
    const arn = `arn:aws:secretsmanager:eu-central-1:123456789012:secret:${name}-AbCdEf`;
    const secret = { arn, name, isManaged: false, isDeleted: false, ...more };
    this.secrets.set(arn, secret);
    return secret;
  }

  async list() {
    this.#call("list", "");
    return this.listed ?? [...this.secrets.values()].map((secret) => ({ ...secret }));
  }

  async describe(secretId: string) {
    const secret = this.#find(secretId);
    this.#call("describe", secret?.name ?? secretId);
    return secret && { ...secret };
  }

  async set(secretId: string, schedule: Schedule) {
    const secret = this.#find(secretId);
    this.#call("set", secret?.name ?? secretId);
    if (secret) secret.rotation = { isOn: true, ...schedule };
  }

  async cancel(secretId: string) {
    const secret = this.#find(secretId);
    this.#call("cancel", secret?.name ?? secretId);
    if (secret?.rotation) secret.rotation = { ...secret.rotation, isOn: false };
  }

  async mark(secretId: string, mark: string | undefined) {
    const secret = this.#find(secretId);
    this.#call("mark", secret?.name ?? secretId);
    if (secret) secret.mark = mark;
  }

  /** Those that change something, in order. */
  get changes(): readonly string[] {
    return this.calls.filter((call) => !/^(list|describe)/.test(call));
  }

  #find(secretId: string) {
    return (
      this.secrets.get(secretId) ?? [...this.secrets.values()].find(({ name }) => name === secretId)
    );
  }

  #call(call: string, name: string): void {
    const text = `${call} ${name}`.trim();
    this.before(text);
    this.calls.push(text);
    const failure = this.failures.get(text);
    if (failure) throw failure;
  }
}
