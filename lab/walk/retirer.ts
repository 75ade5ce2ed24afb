import { asRotationError } from "../../lib/errors.ts";
import type { RetireRequest } from "../../lib/retirement/request.ts";
import { RetirementFailed } from "../../lib/settlement/errors.ts";
import type { Retirer } from "../../lib/settlement/retirer.ts";
import type { Ran } from "./gate.ts";

type Answer = Readonly<Record<string, unknown>>;

/** The retirer of settlement, as `lib/aws/lambda-retirer.ts` is one, without Lambda in between. */
export class FakeRetirer implements Retirer {
  readonly #invoke: (request: RetireRequest) => Promise<Ran<unknown>>;

  constructor(invoke: (request: RetireRequest) => Promise<Ran<unknown>>) {
    this.#invoke = invoke;
  }

  async ask(secret: string, version: string): Promise<"held" | number | null> {
    const answer = await this.#answer({ action: "quiet", secret, version });
    if (answer["code"] === "HELD_BY_LIVE_VERSION") return "held";
    const { sessions } = succeeded(answer);
    return typeof sessions === "number" ? sessions : null;
  }

  async retire(request: {
    secret: string;
    version: string;
    endSessions: boolean;
  }): Promise<"dead" | "accepted"> {
    const { secret, version } = request;
    const answer = await this.#answer({ action: "retire", secret, version });
    if (answer["code"] === "STILL_ACCEPTED") return "accepted";
    if (succeeded(answer)["accepted"] !== false)
      throw new RetirementFailed("retire-database", "Its answer cannot be used.", false);
    if (request.endSessions)
      succeeded(await this.#answer({ action: "endSessions", secret, version }));
    return "dead";
  }

  async #answer(request: RetireRequest): Promise<Answer> {
    const ran = await this.#invoke(request);
    if (ran.kind === "done") return { ...Object(ran.result) };
    const why = ran.kind === "killed" ? "Runtime.ExitError" : asRotationError(ran.error).message;
    throw new RetirementFailed("retire-database", why, false);
  }
}

function succeeded(answer: Answer): Answer {
  if (answer["outcome"] !== "failed") return answer;
  const why = `${answer["code"]}: ${answer["happened"]}`;
  throw new RetirementFailed("retire-database", why, answer["told"] === true);
}
