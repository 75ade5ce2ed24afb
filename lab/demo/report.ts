import type { Step } from "../../lib/rotation/event.ts";
import { databaseSecretId } from "../database-secret.ts";
import type { AlertShown, Performance } from "./performance.ts";
import type { ServiceShown } from "./service.ts";

/** What `--json` prints; times in milliseconds, requests and connections of the rotation function only. */
export interface DemoReport {
  readonly secret: string;
  readonly type: string;
  readonly strategy: string;
  readonly steps: readonly { step: string; ms: number; awsRequests: number }[];
  readonly awsRequests: number;
  readonly databaseConnections: number;
  /** Before retirement; `null` where the server's log does not tell. */
  readonly refusedConnections: number | null;
  readonly logins: { attempted: number; failed: number; failedSpanMs: number };
  readonly rotatedAt: string;
  readonly services: readonly ServiceShown[];
  readonly retiredAt: string | null;
  readonly alerts: readonly AlertShown[];
  readonly oldCredentialRefused: boolean;
  /** Only where a step was made to fail. */
  readonly outcome?: {
    succeeded: boolean;
    attempts: number;
    error?: { code: string; message: string };
  };
}

export function reportOf(
  shown: Performance,
  { engine, strategy, fail }: { engine: string; strategy: string; fail: Step | undefined },
): DemoReport {
  const { steps, logins, connections, secret, oldCredentialRefused } = shown;
  const { attempted, failed, failedSpanMs } = logins;
  return {
    secret: databaseSecretId,
    type: engine,
    strategy,
    steps: steps.map(({ step, ms, requests }) => ({
      step,
      ms: tenths(ms),
      awsRequests: requests.length,
    })),
    awsRequests: steps.reduce((sum, { requests }) => sum + requests.length, 0),
    databaseConnections: connections.opened,
    refusedConnections: connections.refused,
    logins: { attempted, failed, failedSpanMs: tenths(failedSpanMs) },
    rotatedAt: secret.rotated_at,
    services: shown.services,
    retiredAt: shown.retiredAt,
    alerts: shown.alerts,
    oldCredentialRefused,
    ...(fail && { outcome: outcomeOf(shown) }),
  };
}

function outcomeOf({ succeeded, attempts, steps }: Performance) {
  const error = steps.at(-1)?.error;
  return {
    succeeded,
    attempts,
    ...(error && { error: { code: error.errorType, message: error.errorMessage } }),
  };
}

function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}
