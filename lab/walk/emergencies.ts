import type { emergency } from "../../lib/emergency/emergency.ts";
import type { Wish } from "../../lib/emergency/step.ts";
import type { VirtualClock } from "./clock.ts";
import type { Functions } from "./functions.ts";
import type { Ran } from "./gate.ts";
import { Turn } from "./turn.ts";

/** What a person asks the function for. */
export interface Emergency {
  readonly action: Wish["action"];
  /** A repair may end sessions. */
  readonly endSessions: boolean;
  /** Keys that leaked are revoked before there are new ones. */
  readonly revokeFirst?: boolean;
  /** Names; absent: all that the manifest names. */
  readonly secrets?: readonly string[];
  readonly id: string;
}

/** What an invocation answers. */
export type EmergencyAnswer = Awaited<ReturnType<typeof emergency>>;

/** In milliseconds: a person presses Enter. */
const enter = 200;

/** Waits before the retries of an asynchronous invocation, in milliseconds (Lambda: "Asynchronous error handling"). */
const retries = [60_000, 120_000];

/** Lambda, as far as emergencies need it: what people invoke, and what functions start without waiting for it. */
export class Emergencies {
  readonly #clock: VirtualClock;
  readonly #functions: () => Functions;
  readonly #asked: (emergency: Emergency) => (answer: EmergencyAnswer) => void;
  #last: Emergency | undefined;
  #count = 0;

  /** @param asked is called when a person asks, and what it returns with what the person got */
  constructor(
    clock: VirtualClock,
    functions: () => Functions,
    asked: (emergency: Emergency) => (answer: EmergencyAnswer) => void,
  ) {
    this.#clock = clock;
    this.#functions = functions;
    this.#asked = asked;
  }

  /** @param isAgain the last one is asked for again */
  ask(wanted: Omit<Emergency, "id">, isAgain: boolean): void {
    const emergency = requested(wanted, isAgain ? this.#last : undefined, () => {
      this.#count += 1;
      return `INC-${this.#count}`;
    });
    this.#last = emergency;
    this.#clock.work(enter, () => {
      const answered = this.#asked(emergency);
      return this.#run(payloadOf(emergency), (ran) => ran.kind === "done" && answered(ran.result));
    });
  }

  /** An asynchronous invocation; one that fails is tried again. */
  start(name: "settle" | "emergency", event: object, attempt = 0): void {
    const ended = ({ kind }: Ran<unknown>) => {
      const wait = retries[attempt];
      if (kind === "done" || wait === undefined) return;
      this.#clock.work(wait, async () => this.start(name, event, attempt + 1));
    };
    this.#clock.work(enter, async () => {
      if (name === "emergency") return this.#run(event, ended);
      ended(await this.#functions().settle(event as { Records: [] }));
    });
  }

  #run(event: unknown, ended: (ran: Ran<EmergencyAnswer>) => unknown): Promise<void> {
    const turn = new Turn(this.#clock);
    return turn.begin(async () => ended(await this.#functions().emergency(event, turn)));
  }
}

/** The same again, or one with an id of its own. */
export const requested = (
  wanted: Omit<Emergency, "id">,
  last: Emergency | undefined,
  id: () => string,
): Emergency => last ?? { ...wanted, id: id() };

/** As the person sends it. */
export const payloadOf = ({
  action,
  endSessions,
  revokeFirst,
  secrets,
  id,
}: Emergency): object => ({
  action,
  id,
  ...(secrets ? { secrets } : { all: true }),
  ...(action === "repair" && { endSessions }),
  ...(revokeFirst && { revokeFirst }),
  reason: `found in a public repository, ${id}`,
  caller: "on-call",
});
