import type {
  Credential,
  History,
  Holding,
  Retirement,
  StepContext,
  Versions,
} from "../../rotation/credential.ts";
import type { SecretDocument } from "../../secret/document.ts";
import { Secret } from "../../secret/secret.ts";
import { requireReplaceable, requireSound, withNextValue, withValueOf } from "./generate.ts";
import type { GeneratedSpec } from "./value.ts";

/**
 * A random value that no server has to accept: nothing is set, and nothing can be retired. Services that verify
 * with the previous value find it in a field of its own until the next rotation.
 */
export class GeneratedCredential implements Credential {
  readonly #spec: GeneratedSpec;

  constructor(spec: GeneratedSpec) {
    this.#spec = spec;
  }

  get traits() {
    return this.#spec.traits;
  }

  name(): string {
    return this.#spec.field === ""
      ? "the generated value"
      : `the generated value in ${this.#spec.field}`;
  }

  /** Two fields hold two values, and the manifest refuses two credentials in one field. */
  identities(): readonly string[] {
    return [];
  }

  async next(
    { current, earlier }: History,
    isOurs: boolean,
    into: SecretDocument,
    step: StepContext,
  ): Promise<SecretDocument> {
    await this.requireReplaceable(current, isOurs ? undefined : earlier);
    return withNextValue(into, current, this.#spec, step);
  }

  /** @param earlier `undefined` if a rotation of ours has written `current` */
  requireReplaceable(
    current: SecretDocument,
    earlier: History["earlier"] | undefined,
  ): Promise<void> {
    return requireReplaceable(current, this.#spec, earlier);
  }

  carry(
    from: SecretDocument,
    into: SecretDocument,
    current: SecretDocument,
    { leaked }: Pick<StepContext, "leaked">,
  ): SecretDocument {
    return withValueOf(from, into, current, this.#spec, leaked);
  }

  async set(): Promise<"ready"> {
    return "ready";
  }

  async test({ current, pending }: Versions): Promise<void> {
    requireSound(await pending(), current, this.#spec);
  }

  /** `next` has proved all there is to prove. */
  async rehearse(): Promise<void> {}

  async accepted(): Promise<undefined> {}

  holding(document: SecretDocument): Holding {
    const { field } = this.#spec;
    const value = document.readFilled(field) ?? "";
    return { identity: `field ${field}`, value: new Secret(value) };
  }

  ends(live: Holding, { old }: Retirement): boolean {
    const holding = this.holding(old);
    return live.identity === holding.identity && live.value.equals(holding.value);
  }

  async retire(): Promise<undefined> {}

  async sessions(): Promise<number> {
    return 0;
  }

  async endSessions(): Promise<number> {
    return 0;
  }
}
