import { secretsManagerStore } from "../../lib/aws/secrets-manager.ts";
import type { WatchPorts } from "../../lib/watch/watch.ts";
import manifest from "../../rotation.yml";
import { memory } from "./invocation.ts";

/** What the watching function reaches the world through. */
export const ports: WatchPorts = { store: secretsManagerStore(), memory, manifest };
