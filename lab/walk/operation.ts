import type { Wish } from "../../lib/emergency/step.ts";
import type { Outcome } from "./ecs.ts";
import type { FaultKind } from "./gate.ts";

/** What happens to the next events, one each. */
export type EventFault = "dropped" | "duplicated" | "delayed";

/**
 * One thing that happens to the account. Numbers choose among what is there at that time, so that a sequence from
 * which some were left out can still be played.
 */
export type Operation =
  | { readonly kind: "pass"; readonly ms: number }
  /** The next invocations that are due. */
  | { readonly kind: "next"; readonly count: number }
  | Move
  | Disturbance
  /** Ahead of a later call of whatever function makes it. */
  | { readonly kind: "during"; readonly calls: number; readonly move: Move }
  /** Nothing disturbs any more; then nothing may be left over. */
  | { readonly kind: "calm"; readonly dead?: number };

/** What people do. */
export type Move =
  | { readonly kind: "rotate"; readonly secret: number; readonly leaked: boolean }
  /** Takes AWSPENDING off, and rotates. */
  | { readonly kind: "restart"; readonly secret: number }
  | { readonly kind: "cancel"; readonly secret: number }
  | {
      readonly kind: "move";
      readonly secret: number;
      readonly label: string;
      /** Absent: the label is taken off. */
      readonly version?: number;
    }
  | {
      readonly kind: "put";
      readonly secret: number;
      readonly value: "another note" | "value of a version";
      readonly version: number;
      readonly label: "AWSCURRENT" | "AWSPENDING";
    }
  /** The schedule's date passes, and nothing rotates. */
  | { readonly kind: "stall"; readonly secret: number }
  /** Somebody sets the password of AWSCURRENT's user on the server. */
  | { readonly kind: "drift"; readonly secret: number }
  | { readonly kind: "delete"; readonly secret: number }
  | { readonly kind: "restore"; readonly secret: number }
  | { readonly kind: "scale"; readonly service: number; readonly tasks: number }
  | { readonly kind: "deploy"; readonly service: number }
  | { readonly kind: "kill"; readonly task: number }
  | { readonly kind: "job"; readonly job: number; readonly ms: number }
  /** Of one secret, of two, or of all. */
  | {
      readonly kind: "emergency";
      readonly action: Wish["action"];
      /** A repair may end sessions. */
      readonly endSessions: boolean;
      readonly of: readonly number[] | "all";
      /** The last one, once more, whatever this one says. */
      readonly again: boolean;
    };

/** What fails. */
type Disturbance =
  | { readonly kind: "fault"; readonly calls: number; readonly fault: FaultKind }
  | { readonly kind: "event"; readonly fault: EventFault }
  | { readonly kind: "outcome"; readonly service: number; readonly outcome: Outcome }
  | { readonly kind: "server"; readonly server: number; readonly isDown: boolean }
  /** Reads show what was before; so does ListSecrets, for longer. */
  | { readonly kind: "lag"; readonly ms: number; readonly listMs: number };

/** E.g. `rotate`, `rotate leaked`, `emergency leaked`, `move AWSCURRENT`, `put value of a version AWSCURRENT`. */
export function nameOf(operation: Operation): string {
  switch (operation.kind) {
    case "during":
      return nameOf(operation.move);
    case "rotate":
      return operation.leaked ? "rotate leaked" : "rotate";
    case "emergency":
      return `emergency ${operation.again ? "again" : operation.action}`;
    case "move":
      return `move ${operation.label}`;
    case "put":
      return `put ${operation.value} ${operation.label}`;
    default:
      return operation.kind;
  }
}
