import type { Context } from "../context/context.ts";
import type { Log } from "../context/log.ts";
import type { SecretEntry } from "../manifest/manifest.ts";
import type { SecretState, SecretStore } from "../secret/store.ts";
import type { Credential, StepContext, Versions } from "./credential.ts";
import type { Documents } from "./documents.ts";
import type { RotationEvent } from "./event.ts";

/** What rotating takes of a context. */
export interface RotationContext extends Pick<Context, "now" | "sleep" | "randomInt" | "signal"> {
  readonly log: Pick<Log, "warn">;
}

/** One step of one rotation, or what a person does by hand, after the gate. */
export interface Rotation {
  readonly event: RotationEvent;
  readonly secret: SecretState;
  /** The version that was AWSCURRENT when the step began. */
  readonly currentId: string;
  /** createSecret has given the pending version its value, so this is not a lone testSecret. */
  readonly prepared: boolean;
  readonly entry: SecretEntry;
  readonly credentials: readonly Credential[];
  readonly documents: Documents;
  readonly store: SecretStore;
  readonly context: RotationContext;
  /** What the credentials get. */
  readonly step: StepContext;
}

/** The versions that every step after createSecret works on. @throws PendingEmpty */
export const versionsOf = ({ documents, currentId, event }: Rotation): Promise<Versions> =>
  documents.versions(currentId, event.token);
