import { randomInt } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import middy from "@middy/core";
import { SecretsManagerStore } from "../lib/aws/secrets-manager.ts";
import { asRotationError } from "../lib/errors.ts";
import { loadCredential } from "../lib/registry.ts";
import { deadline } from "../lib/rotation/deadline.ts";
import { parseEvent } from "../lib/rotation/event.ts";
import { type RotationPorts, rotate } from "../lib/rotation/rotate.ts";
import manifest from "../rotation.yml";

/** The rotation function of database credentials: Secrets Manager invokes it once for each step. */
export const createHandler = (ports: RotationPorts) =>
  middy<unknown>()
    .onError((request) => {
      request.error = asRotationError(request.error);
    })
    .handler((event, context) =>
      rotate(parseEvent(event), ports, deadline(context.getRemainingTimeInMillis())),
    );

export const handler = createHandler({
  store: new SecretsManagerStore(new SecretsManagerClient({})),
  manifest,
  credential: loadCredential,
  clock: { sleep: (ms, signal) => setTimeout(ms, undefined, { signal }) },
  sources: { now: () => new Date(), randomInt },
});
