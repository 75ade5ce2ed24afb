import { deadLetterQueue } from "../../lib/aws/dead-letters.ts";
import { eventBridgeBus } from "../../lib/aws/event-bus.ts";
import { InvokedFunction } from "../../lib/aws/lambda.ts";
import { lambdaProber } from "../../lib/aws/lambda-prober.ts";
import { lambdaVersionProber } from "../../lib/aws/lambda-version-prober.ts";
import { rotations } from "../../lib/aws/rotations.ts";
import { secretsManagerStore } from "../../lib/aws/secrets-manager.ts";
import { consumerTypes } from "../../lib/consumers/registry.ts";
import type { EmergencyPorts } from "../../lib/emergency/ports.ts";
import manifest from "../../rotation.yml";
import { memory } from "./invocation.ts";

const prober = (functionName: string | undefined) => ({
  ...lambdaProber(functionName),
  ...lambdaVersionProber(functionName),
});

/** What the function for emergencies reaches the world through. */
export const ports: EmergencyPorts = {
  store: secretsManagerStore(),
  rotations: rotations(),
  memory,
  settle: new InvokedFunction(process.env["SETTLE_FUNCTION"]),
  itself: new InvokedFunction(process.env["AWS_LAMBDA_FUNCTION_NAME"]),
  bus: eventBridgeBus(),
  consumers: consumerTypes(),
  manifest,
  rotators: {
    network: process.env["ROTATE_DATABASE_FUNCTION"] ?? "",
    internet: process.env["ROTATE_API_KEY_FUNCTION"] ?? "",
  },
  probers: {
    network: prober(process.env["RETIRE_DATABASE_FUNCTION"]),
    internet: prober(process.env["RETIRE_API_KEY_FUNCTION"]),
  },
  deadLetters: deadLetterQueue(process.env["DEAD_LETTERS_URL"]),
};
