import { randomUUID } from "node:crypto";
import {
  type DescribeSecretResponse,
  RotateSecretCommand,
  type RotateSecretRequest,
} from "@aws-sdk/client-secrets-manager";
import type { Clients } from "./clients.ts";
import { eventually, type Patience } from "./eventually.ts";
import type { Inbox } from "./inbox.ts";
import type { StepSeen } from "./rotator.ts";

interface RotationsHost {
  readonly clients: Clients;
  evidence(): Promise<Inbox>;
  describe(secretId: string): Promise<DescribeSecretResponse>;
  patience(minutes: number): Patience;
}

/** Rotations that the function in `rotator.ts` runs, and what it reports about them. */
export class Rotations {
  readonly #host: RotationsHost;

  constructor(host: RotationsHost) {
    this.#host = host;
  }

  /** Starts a rotation and returns its token. */
  async start(SecretId: string, more: Partial<RotateSecretRequest> = {}): Promise<string> {
    const token = more.ClientRequestToken ?? randomUUID();
    await this.#host.clients.secrets.send(
      new RotateSecretCommand({ SecretId, ClientRequestToken: token, ...more }),
    );
    return token;
  }

  /** The invocations of this rotation so far, in order. */
  async steps({ arn }: { arn: string }, token: string): Promise<readonly StepSeen[]> {
    const all = await (await this.#host.evidence()).all<Partial<StepSeen>>();
    const own = all.filter((each) => each.secret === arn && each.token === token) as StepSeen[];
    return own.toSorted((a, b) => a.at - b.at);
  }

  /** Waits for so many invocations. */
  stepsSeen(secret: { arn: string }, token: string, count: number, minutes = 5) {
    return eventually(`${count} steps of a rotation`, this.#host.patience(minutes), async () => {
      const steps = await this.steps(secret, token);
      return steps.length >= count && steps;
    });
  }

  /** Waits until AWSCURRENT is on the new version and the rotation is over. */
  succeeded({ arn }: { arn: string }, token: string) {
    return eventually("a rotation that succeeds", this.#host.patience(5), async () => {
      const described = await this.#host.describe(arn);
      const labels = described.VersionIdsToStages?.[token] ?? [];
      const rotatedAt = described.LastRotatedDate;
      return labels.includes("AWSCURRENT") && rotatedAt !== undefined && described;
    });
  }
}
