import type { StatusAnswer } from "../../lib/emergency/status.ts";
import type { SecretStatus } from "../../lib/emergency/status-facts.ts";
import { UsageError } from "../command-line.ts";
import type { Payload } from "./options.ts";

/** In milliseconds between two looks: at a few secrets, and at many. */
const [usual, many] = [1000, 5000];
const manySecrets = 50;

/**
 * In milliseconds: what waits for a person may still go on by itself (a rotation that failed is tried again every 30
 * seconds), and looks may fail.
 */
const patience = 60_000;

/** What following needs; times are in milliseconds. */
export interface Following {
  look(): Promise<StatusAnswer>;
  show(answer: StatusAnswer): void;
  /** A look failed; there will be others. */
  missed(error: unknown): void;
  sleep(ms: number): Promise<void>;
  /** Of a clock that only goes forward. */
  now(): number;
}

type Asked = Payload["action"];

/** `moving`: by itself; `left`: to a person; `done`: nothing is left but, where nothing leaked, settlement. */
export type Verdict = "moving" | "left" | "done";

/**
 * Looks again and again, until everything is done, or what is left is left to a person. It changes nothing.
 * @param asked unless it is `status`, an emergency was started just now, so that its secrets are about to be touched
 * @throws what a look throws, where looks go on failing
 */
export async function follow(following: Following, asked: Asked): Promise<StatusAnswer> {
  let calmSince: number | undefined;
  let seenAt = following.now();
  for (;;) {
    const begin = following.now();
    const answer = await following.look().catch((error: unknown) => {
      if (error instanceof UsageError || following.now() - seenAt > patience) throw error;
      following.missed(error);
    });
    const end = following.now();
    if (answer) {
      seenAt = end;
      following.show(answer);
      const verdict = verdictOf(answer, asked);
      if (verdict === "done" || isFinal(answer, asked)) return answer;
      calmSince = verdict === "left" ? (calmSince ?? end) : undefined;
      if (calmSince !== undefined && end - calmSince >= patience) return answer;
    }
    const interval = (answer?.secrets.length ?? 0) > manySecrets ? many : usual;
    await following.sleep(Math.max(interval, end - begin));
  }
}

/** Pure. */
export function verdictOf({ secrets }: StatusAnswer, asked: Asked): Verdict {
  const open = secrets.filter((each) => !isDone(each, asked));
  if (open.length === 0) return "done";
  return open.some(({ waitsFor }) => waitsFor === "quarterturn") ? "moving" : "left";
}

function isDone(secret: SecretStatus, asked: Asked): boolean {
  const { state, action, promotedAt, consumers } = secret;
  if (state === "settled") return true;
  if (state === "untouched") return asked === "status";
  if ((state !== "promoted" && state !== "dead") || action === "leaked") return false;
  // What did not leak stays alive until settlement ends it, which may take a day.
  if (asked !== "rollback" && action !== "rollback") return true;
  return promotedAt !== undefined && consumers.every((each) => each.state === "proven");
}

/** What is left is nothing that can go on. */
const isFinal = ({ secrets }: StatusAnswer, asked: Asked) =>
  secrets.every((each) => isDone(each, asked) || each.state === "refused");
