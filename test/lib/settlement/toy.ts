import { DeadlineReached } from "../../../lib/context/deadline.ts";
import type { ConsumerScope } from "../../../lib/manifest/manifest.ts";
import type {
  Consumer,
  ConsumerType,
  ConsumerView,
  Judgement,
  Problem,
  Promotion,
  SecretIdentity,
} from "../../../lib/settlement/consumer.ts";

interface Toy {
  readonly name: string;
  readonly room: string;
  readonly secrets: readonly string[];
  startedAt: Date;
  rolls: number;
}

/** Toys in rooms: a type of consumers in memory, of which the manifest would list the `rooms`. */
export class Toys implements ConsumerType {
  readonly name = "toy";
  readonly toys: Toy[] = [];
  /** Rooms that cannot be read. */
  readonly dark: string[] = [];
  /** Toys that cannot be rolled, and what comes of trying. */
  readonly stuck = new Map<string, Error>();
  looks = 0;
  readonly #now: () => Date;

  constructor(now: () => Date = () => new Date()) {
    this.#now = now;
  }

  start(name: string, room: string, secrets: readonly SecretIdentity[]): void {
    const arns = secrets.map(({ arn }) => arn);
    this.toys.push({ name, room, secrets: arns, startedAt: this.#now(), rolls: 0 });
  }

  async look(_: readonly ConsumerScope[], signal: AbortSignal): Promise<ConsumerView> {
    if (signal.aborted) throw new DeadlineReached();
    this.looks += 1;
    const seen = this.toys.map((toy) => ({ ...toy }));
    const rolled = new Set<string>();
    return {
      find: async (secret, promotion, { rooms = [] }) => ({
        consumers: seen
          .filter(({ room, secrets }) => secrets.includes(secret.arn) && !this.dark.includes(room))
          .map(
            (toy): Consumer => ({
              type: this.name,
              name: toy.name,
              judgement: judge(toy, promotion, rooms),
            }),
          ),
        blind: this.dark.map((room) => problem("TOYS_DARK", `the room ${room} is dark`)),
      }),
      roll: async ({ name }) => {
        const toy = this.toys.find((each) => each.name === name);
        if (!toy || rolled.has(name)) return;
        const error = this.stuck.get(name);
        if (error) throw error;
        rolled.add(name);
        toy.rolls += 1;
        toy.startedAt = this.#now();
      },
    };
  }
}

function judge({ room, startedAt }: Toy, { at }: Promotion, rooms: readonly string[]): Judgement {
  if (!rooms.includes(room))
    return { kind: "blocked", problem: problem("TOY_OUTSIDE", `it is in ${room}`) };
  return { kind: startedAt > at ? "proven" : "old" };
}

const problem = (code: string, why: string): Problem => ({ code, why, remedy: "Tidy up." });
