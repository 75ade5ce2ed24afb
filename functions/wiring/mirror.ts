import { secretsManagerStore } from "../../lib/aws/secrets-manager.ts";
import { parameterStore } from "../../lib/aws/ssm.ts";
import type { MirrorPorts } from "../../lib/mirror/mirror.ts";
import manifest from "../../rotation.yml";

/** What the function that writes parameters reaches the world through. */
export const ports: MirrorPorts = {
  store: secretsManagerStore(),
  parameters: parameterStore(),
  manifest,
};
