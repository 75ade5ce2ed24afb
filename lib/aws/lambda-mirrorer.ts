import type { MirrorRequest } from "../mirror/request.ts";
import { InvalidEvent } from "../rotation/event.ts";
import { MirrorFailed } from "../settlement/errors.ts";
import type { Mirrored, Mirrorer } from "../settlement/mirrorer.ts";
import { InvokedFunction } from "./lambda.ts";

/** The mirrorer that runs as a Lambda function, with the rights that settlement has not. */
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
    const { answer, thrown } = await this.#function.invoke(request, signal);
    if (thrown) throw new MirrorFailed(this.#function.name, thrown.code, thrown.message);
    if (!answer.mirror) throw new InvalidEvent("the answer of the function is none of a mirror");
    if (answer.mirror === "superseded") return "superseded";
    const { parameters = {}, drifted = [] } = answer;
    const since = Object.entries(parameters).map(([name, at]) => [name, new Date(at)] as const);
    return { version: request.version, parameters: new Map(since), drifted };
  }
}
