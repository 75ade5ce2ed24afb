import { copiesOf } from "../../rotation/copies.ts";
import type {
  Credential,
  History,
  Holding,
  Retirement,
  Retiring,
  StepContext,
  Versions,
} from "../../rotation/credential.ts";
import type { SecretDocument } from "../../secret/document.ts";
import { Secret } from "../../secret/secret.ts";
import { KeyRefused, ProviderUnavailable, replaceKey } from "./errors.ts";
import { idOf, type KeySpec, keyIn, withKey } from "./key.ts";
import type { Keys } from "./leftovers.ts";
import { requireAlive, requireEqual } from "./proof.ts";
import type { Access, KeyParts, Provider } from "./provider.ts";
import { retireKey } from "./retire-key.ts";
import { accepts } from "./steady.ts";

/** What is the same of all keys of providers, however they are replaced. */
export abstract class HeldKey implements Credential {
  protected readonly spec: KeySpec;
  protected readonly provider: Provider;

  constructor(spec: KeySpec, provider: Provider) {
    this.spec = spec;
    this.provider = provider;
  }

  get traits() {
    return this.spec.traits;
  }

  name(): string {
    return `the key in ${this.spec.fields["secret"] || "the secret"}`;
  }

  /** Keys of one provider do not undo each other: each has a name, or a field, of its own. */
  identities(): readonly string[] {
    return [];
  }

  async next(
    _history: History,
    _isOurs: boolean,
    into: SecretDocument,
    { randomInt }: StepContext,
  ): Promise<SecretDocument> {
    const placeholder = () =>
      new Secret(Array.from({ length: 32 }, () => randomInt(16).toString(16)).join(""));
    const parts = Object.keys(this.spec.fields).map((part) => [part, placeholder()] as const);
    return withKey(into, this.spec, new Map(parts));
  }

  carry(from: SecretDocument, into: SecretDocument): SecretDocument {
    return withKey(into, this.spec, keyIn(from, this.spec));
  }

  async test({ current, pending }: Versions, step: StepContext): Promise<void> {
    const at = this.access(current, step);
    const next = keyIn(await pending(), this.spec);
    await requireAlive(this.provider, next, this.name(), at);
    await requireEqual(this.provider, next, this.name(), at);
  }

  async rehearse(current: SecretDocument, step: StepContext): Promise<void> {
    const at = this.access(current, step);
    if (!(await accepts(this.provider, at.current, at)))
      throw new KeyRefused(this.provider.name, this.name(), replaceKey(step.secret.name));
  }

  abstract set(versions: Versions, step: StepContext): Promise<"ready" | "outage">;

  accepted(document: SecretDocument, current: SecretDocument, step: StepContext): Promise<boolean> {
    const key = keyIn(document, this.spec);
    return accepts(this.provider, key, this.access(current, step));
  }

  holding(document: SecretDocument): Holding {
    const key = keyIn(document, this.spec);
    const value = key.get("secret") ?? new Secret("");
    return { identity: this.provider.scope, value, id: idOf(key) };
  }

  /** Also where a person gave the key another value, or moved it to a field that nobody declared. */
  ends(live: Holding, { current, old }: Retirement): boolean {
    const { identity, value, id } = this.holding(old);
    const isSame = live.value.equals(value) || (id !== undefined && live.id === id);
    return (live.identity === identity && isSame) || copiesOf(value, current, current).length > 0;
  }

  retire(retirement: Retirement, step: StepContext): Promise<Retiring | undefined> {
    const at = this.access(retirement.current, step);
    return retireKey(this.keys(step), retirement, at, step);
  }

  /** Keys have no sessions that could be counted. */
  async sessions(): Promise<undefined> {
    return undefined;
  }

  async endSessions({ current, old }: Retirement, step: StepContext): Promise<number> {
    const id = idOf(keyIn(old, this.spec));
    if (id !== undefined) await this.provider.endSessions?.(id, this.access(current, step));
    return 0;
  }

  protected access(current: SecretDocument, step: StepContext): Access {
    return { ...step, current: keyIn(current, this.spec) };
  }

  protected keys({ secret }: StepContext): Keys {
    const owner = { secret, field: this.spec.fields["secret"] ?? "" };
    return { spec: this.spec, provider: this.provider, owner };
  }

  /** `next` with the key in place of the placeholders. */
  protected written(next: SecretDocument, key: KeyParts): SecretDocument {
    const missing = Object.keys(this.spec.fields).find((part) => !key.has(part));
    if (missing !== undefined)
      throw new ProviderUnavailable(this.provider.name, `its new key has no ${missing}`);
    return withKey(next, this.spec, key);
  }
}
