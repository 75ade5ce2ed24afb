import { secretsManagerStore } from "../../lib/aws/secrets-manager.ts";
import { loadCredential } from "../../lib/registry.ts";
import type { RotationPorts } from "../../lib/rotation/rotate.ts";
import manifest from "../../rotation.yml";
import { topic } from "./invocation.ts";

/** What the functions that rotate and retire reach the world through. */
export const ports: RotationPorts = {
  store: secretsManagerStore(),
  alerts: topic,
  manifest,
  credential: loadCredential,
};
