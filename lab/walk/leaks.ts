import type { Secret } from "../../standin/secrets-manager/secret.ts";
import type { Emergency, EmergencyAnswer } from "./emergencies.ts";
import type { Held } from "./holder.ts";
import { isSame } from "./holder.ts";
import type { Servers } from "./server.ts";
import type { Truth } from "./truth.ts";

/** A credential of which a person was told that it is replaced and ended. */
interface Leak {
  readonly id: string;
  readonly secret: string;
  readonly held: Held;
  /** The last change of the secret by hand until then. */
  readonly hand: number;
}

/** What emergencies have promised to people. */
export class Leaks {
  readonly #servers: Servers;
  readonly #truth: Truth;
  readonly #leaks: Leak[] = [];
  /** Ids of emergencies that began, and of which on-call has heard. */
  readonly #begun = new Set<string>();
  readonly #told = new Set<string>();

  constructor(servers: Servers, truth: Truth) {
    this.#servers = servers;
    this.#truth = truth;
  }

  /** @returns what to do with the answer */
  asked({ action, id }: Emergency): (answer: EmergencyAnswer) => void {
    const before = new Map(this.#truth.managed().map((secret) => [secret.name, this.#of(secret)]));
    return (answer) => {
      if (!("secrets" in answer) || answer.outcome !== "started") return;
      this.#begun.add(id);
      if (action !== "leaked") return;
      for (const { secret: name, plan } of answer.secrets) {
        const secret = this.#truth.managed().find((each) => each.name === name);
        const was = before.get(name);
        const isUnmoved = secret && was && this.#truth.handAt(secret) === was.hand;
        if (plan === "start" && was?.held && isUnmoved)
          this.#leaks.push({ id, secret: name, held: was.held, hand: was.hand });
      }
    };
  }

  /** On-call hears of an emergency. */
  told(code: unknown, subject: unknown): void {
    if (code === "EMERGENCY" || code === "EMERGENCY_UNFINISHED") this.#told.add(String(subject));
  }

  /** Emergencies of which on-call never heard. */
  untold(): readonly string[] {
    return [...this.#begun].filter((id) => !this.#told.has(id));
  }

  /** Ids of emergencies that promised to end a credential of the secret that still works, though no person brought it back. */
  alive(secret: Secret): readonly string[] {
    const { current } = this.#truth.of(secret);
    const hand = this.#truth.handAt(secret);
    const isBack = (leak: Leak) => leak.hand !== hand && isSame(leak.held, current);
    return this.#leaks
      .filter(({ secret: name, held }) => name === secret.name && this.#servers.accepts(held))
      .filter((leak) => !isBack(leak))
      .map(({ id }) => id);
  }

  #of(secret: Secret) {
    return { held: this.#truth.of(secret).current, hand: this.#truth.handAt(secret) };
  }
}
