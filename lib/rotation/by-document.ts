import type { SecretDocument } from "../secret/document.ts";
import type {
  Credential,
  History,
  Holding,
  Retirement,
  Retiring,
  StepContext,
  Switch,
  Versions,
} from "./credential.ts";

/** The credential that does the work for a secret with this AWSCURRENT. @throws DocumentError */
export type Choice = (current: SecretDocument) => Credential;

/**
 * A credential whose type the manifest leaves open: AWSCURRENT chooses among several, which are replaced in the same order
 * and by values of our own. Not for credentials that are issued or rolled.
 */
export class CredentialByDocument implements Credential {
  readonly traits: Credential["traits"];
  readonly openSwitch?: (versions: Versions, step: StepContext) => Promise<Switch>;
  readonly #choose: Choice;

  constructor(traits: Credential["traits"], choose: Choice) {
    this.traits = traits;
    this.#choose = choose;
    if (!traits.switches) return;
    this.openSwitch = async (versions, step) => {
      const opened = await choose(versions.current).openSwitch?.(versions, step);
      if (opened) return opened;
      throw new TypeError("A credential that switches has no openSwitch");
    };
  }

  name(document: SecretDocument): string {
    return this.#choose(document).name(document);
  }

  identities(current: SecretDocument): readonly string[] {
    return this.#choose(current).identities(current);
  }

  async next(
    history: History,
    isOurs: boolean,
    into: SecretDocument,
    step: StepContext,
  ): Promise<SecretDocument> {
    return this.#choose(history.current).next(history, isOurs, into, step);
  }

  carry(
    from: SecretDocument,
    into: SecretDocument,
    current: SecretDocument,
    step: Pick<StepContext, "leaked">,
  ): SecretDocument {
    return this.#choose(current).carry(from, into, current, step);
  }

  async set(versions: Versions, step: StepContext): Promise<"ready" | "outage"> {
    return this.#choose(versions.current).set(versions, step);
  }

  async test(versions: Versions, step: StepContext): Promise<void> {
    return this.#choose(versions.current).test(versions, step);
  }

  async rehearse(current: SecretDocument, step: StepContext): Promise<void> {
    return this.#choose(current).rehearse(current, step);
  }

  async accepted(
    document: SecretDocument,
    current: SecretDocument,
    step: StepContext,
  ): Promise<boolean | undefined> {
    return this.#choose(current).accepted(document, current, step);
  }

  holding(document: SecretDocument): Holding {
    return this.#choose(document).holding(document);
  }

  ends(live: Holding, retirement: Retirement): boolean {
    return this.#choose(retirement.current).ends(live, retirement);
  }

  async retire(retirement: Retirement, step: StepContext): Promise<Retiring | undefined> {
    return this.#choose(retirement.current).retire(retirement, step);
  }

  async sessions(retirement: Retirement, step: StepContext): Promise<number | undefined> {
    return this.#choose(retirement.current).sessions(retirement, step);
  }

  async endSessions(retirement: Retirement, step: StepContext): Promise<number> {
    return this.#choose(retirement.current).endSessions(retirement, step);
  }
}
