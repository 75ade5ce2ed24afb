import { answerStack } from "../../lib/aws/custom-resource.ts";
import { InvokedFunction } from "../../lib/aws/lambda.ts";
import { rotationSchedules } from "../../lib/aws/rotation-schedules.ts";
import type { SchedulePorts } from "../../lib/schedules/schedule.ts";
import manifest from "../../rotation.yml";
import { memory } from "./invocation.ts";

const itself = new InvokedFunction(process.env["AWS_LAMBDA_FUNCTION_NAME"]);

/** What the function that sets schedules reaches the world through. */
export const ports: SchedulePorts = {
  store: rotationSchedules(),
  memory,
  manifest,
  rotators: {
    network: process.env["ROTATE_DATABASE_FUNCTION"] ?? "",
    internet: process.env["ROTATE_API_KEY_FUNCTION"] ?? "",
  },
  stack: { answer: answerStack },
  goOn: (event, signal) => itself.start(event, signal),
};
