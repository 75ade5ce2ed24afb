import type { MirrorRequest } from "../mirror/request.ts";
import { MirrorFailed } from "../settlement/errors.ts";
import type { Mirrored, Mirrorer } from "../settlement/mirrorer.ts";
import { InvokedFunction, unusable } from "./lambda.ts";

/** The mirrorer that runs as a Lambda function, with permissions that settlement does not have. */
export function lambdaMirrorer(functionName: string | undefined): Mirrorer {
  return new LambdaMirrorer(functionName);
}

interface Answer {
  readonly mirror: "current" | "written" | "drift" | "superseded";
  readonly parameters: Readonly<Record<string, string>>;
  readonly drifted: readonly string[];
}

class LambdaMirrorer implements Mirrorer {
  readonly #function: InvokedFunction<Answer>;

  constructor(functionName: string | undefined) {
    this.#function = new InvokedFunction(functionName);
  }

  async mirror(request: MirrorRequest, signal: AbortSignal): Promise<Mirrored | "superseded"> {
    const invoked = await this.#function.invoke(request, signal);
    const { mirror, parameters = {}, drifted = [] } = "answer" in invoked ? invoked.answer : {};
    if (!mirror) {
      const failure = "failure" in invoked ? invoked.failure : unusable("it has no mirror");
      throw new MirrorFailed(this.#function.name, failure);
    }
    if (mirror === "superseded") return "superseded";
    const since = Object.entries(parameters).map(([name, at]) => [name, new Date(at)] as const);
    return { version: request.version, parameters: new Map(since), drifted };
  }
}
