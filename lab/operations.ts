import { randomBytes, randomUUID } from "node:crypto";
import {
  ResourceNotFoundException,
  RotateSecretCommand,
  type SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import type { Action } from "../lib/retirement/request.ts";
import type { Aws } from "../standin/aws.ts";
import type { Invocation } from "../standin/lambda/model.ts";
import type { RotationOutcome } from "../standin/secrets-manager/rotation-outcome.ts";
import { type Consumer, startConsumer } from "./consumer/consumers.ts";
import { type DatabaseSecret, databaseSecretId } from "./database-secret.ts";
import { loginInUrl } from "./login.ts";
import type { Server } from "./server.ts";
import type { Versions } from "./versions.ts";

/** The principal of the consumer. */
const consumerPrincipal = "consumer";

/** In milliseconds. */
const tenMinutes = 600_000;

/** What a tick leaves, the next one does; more than these are a fault. */
const mostTicks = 3;

interface Base extends Versions {
  readonly aws: Aws;
  readonly server: Server;
  readonly client: SecretsManagerClient;
}

export interface Operations {
  /** The logins of `accepts` and `versionAccepted`, so that counts of connections can exclude them. */
  readonly checks: { made: number; refused: number };
  /**
   * Starts an application that reads AWSCURRENT before each of its logins.
   * @param pauseMs between two logins; default: none
   */
  consumer(pauseMs?: number): Promise<Consumer>;
  /** One rotation through RotateSecret, to its end. */
  rotate(token?: string): Promise<RotationOutcome>;
  /** Whether any login of a version is accepted. A version that never got a value is not. */
  versionAccepted(versionId: string): Promise<boolean>;
  /** Whether every login of the secret is accepted, by the server itself, also where the secret names a proxy. */
  accepts(secret: DatabaseSecret): Promise<boolean>;
  /** Invokes the function that ends the old credential. */
  retire(action: Action, version: string): Promise<Invocation>;
  /**
   * Settles by the product alone, at ticks ten minutes after the promotion, when nothing waits for time any more.
   * @returns whether the old credential is refused, as a login of ours finds
   */
  settle(): Promise<boolean>;
  /** As before the first rotation with two users: AWSCURRENT is the owner's, and there is no other. */
  forgetSecondUser(): Promise<void>;
}

/**
 * What a harness does with its secret.
 * @param functions ARNs of those that rotate, retire and settle
 * @param urls fields of the secret whose URL is one more login
 */
export function operations(
  base: Base,
  functions: { readonly rotate: string; readonly retire: string; readonly settle: string },
  urls: readonly string[],
): Operations {
  const { aws, server, client } = base;
  const checks = { made: 0, refused: 0 };

  const loginsAccepted = async (secret: DatabaseSecret): Promise<readonly boolean[]> => {
    const inUrls = urls.map((field) => loginInUrl(String(Reflect.get(secret, field))));
    const accepted: boolean[] = [];
    for (const login of [secret, ...inUrls]) accepted.push(await server.accepts(login));
    checks.made += accepted.length;
    checks.refused += accepted.filter((each) => !each).length;
    return accepted;
  };

  const versionAccepted = async (VersionId: string) => {
    try {
      return (await loginsAccepted(await base.secret({ VersionId }))).some(Boolean);
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return false;
      throw error;
    }
  };

  const retire: Operations["retire"] = (action, version) =>
    aws.functions.invoke(functions.retire, { action, secret: databaseSecretId, version });

  return {
    checks,
    versionAccepted,
    retire,

    consumer: (pauseMs = 0) =>
      startConsumer({
        env: aws.env(consumerPrincipal),
        type: server.type,
        secretId: databaseSecretId,
        ca: server.ca,
        pauseMs,
      }),

    async rotate(token = randomUUID()) {
      await client.send(
        new RotateSecretCommand({
          SecretId: databaseSecretId,
          ClientRequestToken: token,
          RotationLambdaARN: functions.rotate,
          RotationRules: { AutomaticallyAfterDays: 90 },
        }),
      );
      return aws.rotations.finished(databaseSecretId, token);
    },

    accepts: async (secret) => (await loginsAccepted(secret)).every(Boolean),

    async settle() {
      const { RETIRING: retiring, AWSCURRENT: current } = await base.labels();
      if (!retiring || retiring === current) return true;
      await base.rememberMove(tenMinutes);
      for (let tick = 0; tick < mostTicks && (await base.labels())["RETIRING"]; tick += 1) {
        const event = { Records: [{ messageId: "tick", body: "{}" }] };
        const { error } = await aws.functions.invoke(functions.settle, event);
        if (error) throw new Error(`settle failed: ${error.errorType}: ${error.errorMessage}`);
      }
      return !(await versionAccepted(retiring));
    },

    async forgetSecondUser() {
      const current = await base.secret();
      const username = current.username.replace(/_clone$/, "");
      const password = randomBytes(18).toString("base64url");
      await server.dropUser(`${username}_clone`);
      await server.setPassword(username, password);
      const owner = { ...current, username, password };
      await base.put({ ...owner, connection_string: server.url(owner) });
    },
  };
}
