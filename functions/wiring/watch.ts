import { lambdaProber } from "../../lib/aws/lambda-prober.ts";
import { secretsManagerRotator } from "../../lib/aws/rotator.ts";
import { secretsManagerStore } from "../../lib/aws/secrets-manager.ts";
import type { WatchPorts } from "../../lib/watch/ports.ts";
import manifest from "../../rotation.yml";
import { memory } from "./invocation.ts";

/** What the watching function reaches the world through. */
export const ports: WatchPorts = {
  store: secretsManagerStore(),
  memory,
  rotator: secretsManagerRotator(),
  probers: {
    network: lambdaProber(process.env["RETIRE_DATABASE_FUNCTION"]),
    internet: lambdaProber(process.env["RETIRE_API_KEY_FUNCTION"]),
  },
  manifest,
};
