import { InvokedFunction } from "../../lib/aws/lambda.ts";
import { AwsCallFailed } from "../../lib/aws-call-failed.ts";
import { DeadlineReached } from "../../lib/context/deadline.ts";
import type { Answer } from "../../lib/emergency/emergency.ts";
import type { StatusAnswer } from "../../lib/emergency/status.ts";
import { UsageError } from "../command-line.ts";

/** Of what is planned or started. */
const outcomes: readonly Answer["outcome"][] = ["planned", "started", "done", "refused"];

/** In milliseconds: the function's own time, and a little more. */
const patience = 310_000;

/** The function for emergencies, as a person's credentials reach it. */
export class EmergencyFunction {
  readonly name: string;
  readonly #region: string;
  readonly #function: InvokedFunction<Answer | StatusAnswer>;

  constructor(name: string, region: string) {
    this.name = name;
    this.#region = region;
    this.#function = new InvokedFunction(name);
  }

  /** @throws UsageError where the request is invalid; nothing was done then */
  async plan(payload: object): Promise<Answer> {
    const answer = await this.#ask(payload);
    if (answer.secrets && outcomes.some((each) => each === answer.outcome)) return answer as Answer;
    throw this.#unusable();
  }

  /** @throws as `plan` */
  async status(payload: object): Promise<StatusAnswer> {
    const answer = await this.#ask({ ...payload, action: "status" });
    if (answer.outcome === "status" && answer.secrets) return answer as StatusAnswer;
    throw this.#unusable();
  }

  async #ask(payload: object): Promise<Partial<Answer | StatusAnswer>> {
    const invoked = await this.#function
      .invoke(payload, AbortSignal.timeout(patience))
      .catch((thrown: unknown) => {
        throw this.#unreached(thrown);
      });
    if ("answer" in invoked) return invoked.answer;
    const { code, why, remedy } = invoked.failure;
    if (code === "INVALID_EMERGENCY") throw new UsageError(`${why} ${otherRelease}`);
    if (code === "NOTHING_SELECTED") throw new UsageError(`${why} ${remedy ?? ""}`);
    throw new Error(`${why} ${remedy ?? `Its log is /aws/lambda/${this.name}.`}`);
  }

  #unusable = () => new Error(`The answer of ${this.name} cannot be read. ${otherRelease}`);

  /** For who calls by hand. */
  #unreached(thrown: unknown): unknown {
    if (thrown instanceof DeadlineReached)
      return new Error(`${this.name} has not answered in time. See what it does with --status.`);
    if (!(thrown instanceof AwsCallFailed)) return thrown;
    const { happened, remedy, failure, isAbsent, obstacle } = thrown;
    const where = `${this.#region}, in the account of your AWS credentials`;
    if (isAbsent)
      return new Error(
        `There is no function ${this.name} in ${where}. Check --stage or --function, the Region (AWS_REGION) and the account (aws sts get-caller-identity); or deploy this release.`,
      );
    if (/AccessDenied/.test(failure))
      return new Error(
        `Your AWS credentials may not invoke ${this.name} in ${this.#region}. Allow them lambda:InvokeFunction on it, or use credentials that may.`,
      );
    if (obstacle === "credentials")
      return new Error(`AWS does not accept your credentials (${failure}). Sign in again.`);
    if (obstacle === "connection")
      return new Error(`No answer from Lambda in ${this.#region} (${failure}). Try again.`);
    return new Error(`${happened} ${remedy}`);
  }
}

const otherRelease =
  "If the options are right, the function is from another release than this command: deploy this release, or use the command of that one.";
