import { asRotationError } from "../../lib/errors.ts";
import type { CurrentAnswer } from "../../lib/retirement/probe-current.ts";
import type { ProbeRequest, RetireRequest } from "../../lib/retirement/request.ts";
import { type InvokedFailure, RetirementFailed } from "../../lib/settlement/errors.ts";
import type { Retirer } from "../../lib/settlement/retirer.ts";
import type { OldCredential } from "../../lib/settlement/state.ts";
import type { Prober } from "../../lib/watch/prober.ts";
import type { Ran } from "./gate.ts";

type Answer = Readonly<Record<string, unknown>>;

/** The retirer of settlement, as `lib/aws/lambda-retirer.ts` is one, without Lambda in between. */
export class FakeRetirer implements Retirer {
  readonly #invoke: (request: RetireRequest) => Promise<Ran<unknown>>;

  constructor(invoke: (request: RetireRequest) => Promise<Ran<unknown>>) {
    this.#invoke = invoke;
  }

  retire(request: {
    readonly secret: string;
    readonly version: string;
    readonly leaked: boolean;
  }): Promise<OldCredential> {
    const { secret, version, leaked } = request;
    return this.#ask({ action: leaked ? "retireLeaked" : "retireUnused", secret, version });
  }

  probe(request: { readonly secret: string; readonly version: string }): Promise<OldCredential> {
    return this.#ask({ action: "probeLeft", ...request });
  }

  async #ask(request: RetireRequest): Promise<OldCredential> {
    const answer = await this.#answer(request);
    if (answer["code"] === "STILL_ACCEPTED") return "accepted";
    const { accepted, heldBy, sessions, elsewhere } = succeeded(answer);
    if (elsewhere === true) return "elsewhere";
    if (accepted === true && request.action === "probeLeft") return "alive";
    if (accepted === false) return "dead";
    if (heldBy === "AWSCURRENT" || heldBy === "AWSPENDING") return { heldBy };
    if (typeof sessions === "number" && sessions > 0) return { sessions };
    throw failure("Its answer cannot be used.");
  }

  async #answer(request: RetireRequest): Promise<Answer> {
    const ran = await this.#invoke(request);
    if (ran.kind === "done") return { ...Object(ran.result) };
    const why = ran.kind === "killed" ? "Runtime.ExitError" : asRotationError(ran.error).message;
    throw failure(why);
  }
}

/** The prober of `watch`, as `lib/aws/lambda-prober.ts` is one. */
export const fakeProber = (invoke: (request: ProbeRequest) => Promise<Ran<unknown>>): Prober => ({
  async probe(secrets) {
    const ran = await invoke({ action: "probeCurrent", secrets });
    if (ran.kind !== "done") throw failure(ran.kind);
    const { results }: { results?: readonly CurrentAnswer[] } = { ...Object(ran.result) };
    return (results ?? []).map((each) =>
      "failure" in each
        ? { ...each, error: failure(each.failure.happened, each.failure) }
        : { ...each },
    );
  },
});

const failure = (why: string, more: Partial<InvokedFailure> = {}) =>
  new RetirementFailed("retire-database", { why, ...more });

function succeeded(answer: Answer): Answer {
  if (answer["outcome"] !== "failed") return answer;
  const { code, happened, subject, retryable } = answer;
  throw failure(String(happened), {
    code: String(code),
    subject: String(subject),
    retryable: retryable === true,
  });
}
