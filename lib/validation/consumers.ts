import type { ConsumerScope } from "../manifest/manifest.ts";
import type { Reference, SecretIdentity } from "../settlement/consumer.ts";
import type { Ask } from "./ask.ts";
import type { Finding } from "./finding.ts";

/** How a type of consumers is looked at before anything rotates. It changes nothing. */
export interface ConsumerSurveyor {
  /**
   * Asks everything once, for all secrets. Does not throw: what could not be asked is a finding.
   * @param scopes of all secrets of the manifest
   */
  survey(scopes: readonly ConsumerScope[], ask: Ask): Promise<ConsumerSurvey>;
}

export interface ConsumerSurvey {
  /** What is about the account and not about one secret. */
  readonly findings: readonly Finding[];
  /** Pure. */
  of(secret: SecretIdentity, scope: ConsumerScope): ConsumersOfSecret;
}

/** As the consumers of a secret are configured now. */
export interface ConsumersOfSecret {
  /** For a reader: where consumers were looked for to be rolled, e.g. `clusters: production`. */
  readonly where: string;
  /** For a reader: what this type sees at all, e.g. `ECS services and tasks`. */
  readonly sees: string;
  /** All that use the secret where they may be rolled. */
  readonly consumers: readonly ConfiguredConsumer[];
  /** What only this type knows to be wrong about them, without the secret's name. */
  readonly findings: readonly Omit<Finding, "secret">[];
}

export interface ConfiguredConsumer {
  /** For a reader, e.g. `service production/web`. */
  readonly name: string;
  readonly references: readonly Reference[];
  /**
   * What becomes of it after a rotation: settlement rolls it, it ends by itself like a one-off task, or somebody has
   * to deploy it.
   */
  readonly after: "rolled" | "ends" | "deployed";
  /** Whether anything of it runs, or shall run. */
  readonly isRunning: boolean;
}

/** It gets the value when it starts, and keeps it. */
export const isInjected = ({ references }: ConfiguredConsumer) =>
  references.some(({ reads }) => !reads);
