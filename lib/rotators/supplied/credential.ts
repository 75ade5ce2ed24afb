import type {
  Credential,
  History,
  Holding,
  Retirement,
  Retiring,
  StepContext,
} from "../../rotation/credential.ts";
import type { SecretDocument } from "../../secret/document.ts";
import { whole } from "../../secret/field.ts";
import { Secret } from "../../secret/secret.ts";
import { KeyRefused, supplyKey } from "../key/errors.ts";
import { idOf, withKey } from "../key/key.ts";
import type { Access, KeyParts, Provider } from "../key/provider.ts";
import { accepts } from "../key/steady.ts";
import { retireSupplied } from "./retire-supplied.ts";
import { partsIn, type SuppliedSpec } from "./value.ts";

/** How a key is replaced that only a person can make. */
interface Options {
  /** Absent: nobody but a person can tell whether a key works. */
  readonly provider?: Provider | undefined;
  /** What a person has just handed over; absent: a rotation leaves the key as it is. */
  readonly handedOver?: KeyParts | undefined;
}

/** A key that a person makes: rotations carry it, and `npm run supply` replaces it. */
export class SuppliedCredential implements Credential {
  readonly #spec: SuppliedSpec;
  readonly #provider: Provider | undefined;
  readonly #handedOver: KeyParts | undefined;

  constructor(spec: SuppliedSpec, { provider, handedOver }: Options = {}) {
    this.#spec = spec;
    this.#provider = provider;
    this.#handedOver = handedOver;
  }

  get traits() {
    return this.#spec.traits;
  }

  name(): string {
    const { field } = this.#spec.supply;
    return field === whole ? "the key" : `the key in ${field}`;
  }

  /** Keys do not undo each other. */
  identities(): readonly string[] {
    return [];
  }

  async next(
    _history: History,
    _isOurs: boolean,
    into: SecretDocument,
    { leaked, warn }: StepContext,
  ): Promise<SecretDocument> {
    if (this.#handedOver) return withKey(into, this.#spec, this.#handedOver);
    if (leaked)
      warn(`${this.name()} stays as it is: only a person can replace it (npm run supply)`);
    return into;
  }

  carry(from: SecretDocument, into: SecretDocument): SecretDocument {
    return withKey(into, this.#spec, partsIn(from, this.#spec));
  }

  async set(): Promise<"ready"> {
    return "ready";
  }

  /** What is handed over is proven before it is staged, and what is carried works as it did before. */
  async test(): Promise<void> {}

  async rehearse(current: SecretDocument, step: StepContext): Promise<void> {
    if ((await this.accepted(current, current, step)) === false)
      throw new KeyRefused(
        this.#provider?.name ?? "its provider",
        this.name(),
        supplyKey(step.secret.name),
      );
  }

  async accepted(
    document: SecretDocument,
    current: SecretDocument,
    step: StepContext,
  ): Promise<boolean | undefined> {
    const key = partsIn(document, this.#spec);
    if (!this.#provider || !key.has("secret")) return undefined;
    return accepts(this.#provider, key, this.#access(current, step));
  }

  holding(document: SecretDocument): Holding {
    const value = partsIn(document, this.#spec).get("secret") ?? new Secret("");
    return { identity: `field ${this.#spec.supply.field}`, value };
  }

  /** Whatever field holds it: a person may have handed the same key over twice. */
  ends(live: Holding, { old }: Retirement): boolean {
    return live.value.equals(this.holding(old).value);
  }

  async retire(retirement: Retirement, step: StepContext): Promise<Retiring | undefined> {
    const at = this.#access(retirement.current, step);
    const supplied = { spec: this.#spec, provider: this.#provider, name: this.name() };
    return retireSupplied(supplied, retirement, at, step);
  }

  async sessions(): Promise<number> {
    return 0;
  }

  async endSessions({ current, old }: Retirement, step: StepContext): Promise<number> {
    const id = idOf(partsIn(old, this.#spec));
    if (id !== undefined) await this.#provider?.endSessions?.(id, this.#access(current, step));
    return 0;
  }

  #access(current: SecretDocument, step: StepContext): Access {
    return { ...step, current: partsIn(current, this.#spec) };
  }
}
