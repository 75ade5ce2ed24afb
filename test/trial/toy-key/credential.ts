import type { CredentialSpec } from "../../../lib/manifest/type.ts";
import type {
  Credential,
  History,
  Holding,
  Retirement,
  StepContext,
  Versions,
} from "../../../lib/rotation/credential.ts";
import { PendingRefused } from "../../../lib/rotation/errors.ts";
import type { SecretDocument } from "../../../lib/secret/document.ts";
import { FieldMissing } from "../../../lib/secret/errors.ts";
import { Secret } from "../../../lib/secret/secret.ts";
import { ToyKeyRefused } from "./errors.ts";
import { ToyProvider } from "./provider.ts";

export interface ToyKeySpec extends CredentialSpec {
  readonly url: string;
  readonly field: string;
}

/** A key that its provider issues: the old one works beside the new one until it is retired. */
export class ToyKeyCredential implements Credential {
  readonly #spec: ToyKeySpec;

  constructor(spec: ToyKeySpec) {
    this.#spec = spec;
  }

  get traits() {
    return this.#spec.traits;
  }

  name(): string {
    return `the key in ${this.#spec.field}`;
  }

  identities(): readonly string[] {
    return [];
  }

  async next({ current }: History, _: boolean, into: SecretDocument, { signal }: StepContext) {
    const key = await this.#provider(current).issue(signal);
    return into.with(new Map([[this.#spec.field, key]]));
  }

  carry(from: SecretDocument, into: SecretDocument): SecretDocument {
    return into.with(new Map([[this.#spec.field, this.#key(from)]]));
  }

  async set(): Promise<"ready"> {
    return "ready";
  }

  async test({ pending }: Versions, { signal }: StepContext): Promise<void> {
    if (!(await this.#provider(await pending()).accepts(signal)))
      throw new PendingRefused(this.name());
  }

  async rehearse(current: SecretDocument, { signal }: StepContext): Promise<void> {
    if (!(await this.#provider(current).accepts(signal))) throw new ToyKeyRefused(this.#spec.url);
  }

  accepted(document: SecretDocument, _: SecretDocument, { signal }: Pick<StepContext, "signal">) {
    return this.#provider(document).accepts(signal);
  }

  holding(document: SecretDocument): Holding {
    return { identity: this.#spec.url, value: this.#key(document) };
  }

  ends(live: Holding, { old }: Retirement): boolean {
    return live.identity === this.#spec.url && live.value.equals(this.#key(old));
  }

  async retire({ current, old }: Retirement, { signal }: StepContext): Promise<undefined> {
    await this.#provider(current).remove(this.#key(old), signal);
  }

  async sessions(): Promise<number> {
    return 0;
  }

  async endSessions(): Promise<number> {
    return 0;
  }

  #key(document: SecretDocument): Secret<string> {
    const key = document.read(this.#spec.field);
    if (key === undefined) throw new FieldMissing(document.where, this.#spec.field);
    return new Secret(key);
  }

  #provider(document: SecretDocument): ToyProvider {
    return new ToyProvider(this.#spec.url, this.#key(document));
  }
}
