import type { Secret } from "../../standin/secrets-manager/secret.ts";
import type { Outcome } from "./ecs.ts";
import type { Emergency } from "./emergencies.ts";
import type { Armed } from "./gate.ts";
import type { Held } from "./holder.ts";
import type { EventFault } from "./operation.ts";
import type { FakeServer } from "./server.ts";

type Done = Promise<void> | void;

/** What the operations of a walk take hold of: an account in memory, or one that runs. */
export interface Hands {
  readonly gate: { arm(armed: Armed): void };
  readonly consumers: ConsumerHands;
  readonly secrets: SecretHands;
  readonly servers: { readonly list: readonly FakeServer[] };
  readonly truth: { byHand(secret: Secret, change: () => Done): Done };
  /** What happens to the next events, one each. */
  readonly eventFaults: EventFault[];
  pass(ms: number): Promise<void>;
  /** The next thing that is due happens. */
  next(): Promise<unknown>;
  /** Nothing disturbs any more; then every promise is judged. @param dead a server that stays down */
  calm(dead?: FakeServer): Promise<void>;
  setDown(server: FakeServer, isDown: boolean): Done;
  /** By somebody else, on the server. */
  setPassword(of: Held, password: string): Done;
  setLag(ms: number, listMs: number): void;
  /** RotateSecret, where it is allowed. */
  rotate(secret: Secret, token: string): Done;
  /** CancelRotateSecret. */
  cancel(secret: Secret): Done;
  /** The function for emergencies is invoked. @param isAgain asks for the last one once more */
  emergency(wanted: Omit<Emergency, "id">, isAgain: boolean): Done;
  uuid(prefix?: string): string;
}

/** Numbers choose among what is there. */
export interface ConsumerHands {
  /** The next deployment of a service comes to this. */
  fail(service: number, outcome: Outcome): void;
  scale(service: number, tasks: number): Done;
  deploy(service: number): Done;
  kill(task: number): Done;
  /** A task of its own, for so long. */
  run(job: number, ms: number): Done;
}

export interface SecretHands {
  find(name: string): Secret | undefined;
  move(
    secret: Secret,
    label: string,
    from: string | undefined,
    to: string | undefined,
  ): Promise<boolean> | boolean;
  put(secret: Secret, token: string, text: string, labels: readonly string[]): Done;
  /** Its next rotation was due days ago. */
  stall(secret: Secret): Done;
  delete(secret: Secret): Done;
  restore(secret: Secret): Done;
}
