import { lambdaMirrorer } from "../../lib/aws/lambda-mirrorer.ts";
import { lambdaRetirer } from "../../lib/aws/lambda-retirer.ts";
import { secretsManagerStore } from "../../lib/aws/secrets-manager.ts";
import { consumerTypes } from "../../lib/consumers/registry.ts";
import manifest from "../../rotation.yml";
import { memory } from "./invocation.ts";

/** What settlement reaches the world through. */
export const ports = {
  store: secretsManagerStore(),
  memory,
  consumers: consumerTypes(),
  retirers: {
    network: lambdaRetirer(process.env["RETIRE_DATABASE_FUNCTION"]),
    internet: lambdaRetirer(process.env["RETIRE_API_KEY_FUNCTION"]),
  },
  mirrorer: lambdaMirrorer(process.env["MIRROR_FUNCTION"]),
  manifest,
};
