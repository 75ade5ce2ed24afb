import type { History, StepContext, Versions } from "../../rotation/credential.ts";
import type { SecretDocument } from "../../secret/document.ts";
import { HeldKey } from "./held-key.ts";
import { deleteKeys, issueKey, requireRoom } from "./issue-key.ts";
import { idOf, keyIn } from "./key.ts";
import { leftovers } from "./leftovers.ts";
import { requireAlive } from "./proof.ts";
import { accepts } from "./steady.ts";

/** A key that its provider issues: the new one works beside the old one, which is deleted when nobody holds it. */
export class KeyCredential extends HeldKey {
  async issue(
    history: History,
    next: SecretDocument,
    isWritten: () => Promise<boolean>,
    step: StepContext,
  ): Promise<SecretDocument | undefined> {
    const at = this.access(history.current, step);
    const key = await issueKey(this.keys(step), history, isWritten, at, step);
    return key && this.written(next, key);
  }

  async discard(
    issued: SecretDocument,
    kept: SecretDocument | undefined,
    current: SecretDocument,
    step: StepContext,
  ): Promise<void> {
    const id = idOf(keyIn(issued, this.spec));
    const keptId = kept && idOf(keyIn(kept, this.spec));
    // What nobody has written yet, another attempt may have taken over.
    const isAdoptable = kept === undefined && this.provider.reveal !== undefined;
    if (id === undefined || id === keptId || isAdoptable) return;
    await this.provider.remove?.(id, this.access(current, step));
  }

  /** What other attempts left behind is ended now: AWSPENDING has its value, which never changes. */
  async set(versions: Versions, step: StepContext): Promise<"ready" | "outage"> {
    const at = this.access(versions.current, step);
    await deleteKeys(await leftovers(this.keys(step), versions, at), this.provider, at);
    const { is } = await this.provider.probe(at.current, at);
    if (is !== "dead" || (await accepts(this.provider, at.current, at))) return "ready";
    step.outage();
    const next = keyIn(await versions.pending(), this.spec);
    await requireAlive(this.provider, next, this.name(), at);
    return "outage";
  }

  override async rehearse(current: SecretDocument, step: StepContext): Promise<void> {
    await super.rehearse(current, step);
    const at = this.access(current, step);
    await this.provider.rehearse?.(at);
    await requireRoom(this.provider, at);
  }
}
