import type { StepContext, Versions } from "../../rotation/credential.ts";
import type { SecretDocument } from "../../secret/document.ts";
import { ProviderUnavailable } from "./errors.ts";
import { HeldKey } from "./held-key.ts";
import { keyIn } from "./key.ts";
import { requireAlive } from "./proof.ts";

/** A key that its provider replaces by one call, which ends the old one: consumers are refused until they have the new one. */
export class RolledKey extends HeldKey {
  async roll(
    current: SecretDocument,
    next: SecretDocument,
    step: StepContext,
  ): Promise<SecretDocument> {
    const key = await this.provider.roll?.(this.access(current, step));
    if (!key) throw new ProviderUnavailable(this.provider.name, "it cannot replace keys");
    return this.written(next, key);
  }

  /** Whose key it is was the same before the call: nobody can ask for the old one any more. */
  override async test({ current, pending }: Versions, step: StepContext): Promise<void> {
    const next = keyIn(await pending(), this.spec);
    await requireAlive(this.provider, next, this.name(), this.access(current, step));
  }

  /** Nothing can be made ready. */
  async set(): Promise<"ready"> {
    return "ready";
  }
}
