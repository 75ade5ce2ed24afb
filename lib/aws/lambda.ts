import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { InvalidEvent } from "../rotation/event.ts";
import { awsFailure } from "./failures.ts";

/** What a function of ours answered, or threw. */
export interface Invoked<Answer> {
  readonly answer: Partial<Answer>;
  readonly thrown?: { readonly code: string; readonly message: string };
}

/** A function that settlement invokes, and that has the rights which settlement has not. */
export class InvokedFunction<Answer> {
  readonly name: string;
  readonly #client = new LambdaClient({});

  constructor(name: string | undefined) {
    this.name = name ?? "";
  }

  /** @throws AwsCallFailed, InvalidEvent */
  async invoke(request: object, signal: AbortSignal): Promise<Invoked<Answer>> {
    try {
      const command = new InvokeCommand({
        FunctionName: this.name,
        Payload: JSON.stringify(request),
      });
      const { Payload } = await this.#client.send(command, { abortSignal: signal });
      const answer = parsed(Payload?.transformToString() ?? "");
      const { errorType: code, errorMessage: message = "" } = answer;
      return code === undefined ? { answer } : { answer: {}, thrown: { code, message } };
    } catch (error) {
      throw awsFailure(error, "lambda:InvokeFunction", this.name, signal);
    }
  }
}

function parsed(text: string) {
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidEvent("the answer of the function is not JSON");
  }
}
