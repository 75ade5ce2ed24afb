import { randomUUID } from "node:crypto";
import { subscribeFunction } from "../../lab/clients.ts";
import type { ProviderDouble } from "../../lab/providers/double.ts";
import { resend } from "../../lab/providers/played/resend.ts";
import { quickPreset } from "../../lab/providers/quick-preset.ts";
import { connectSettlement } from "../../lab/settlement.ts";
import { connectWatch } from "../../lab/watch.ts";
import { isOver, noteOf } from "../../lib/emergency/note.ts";
import { retiringVersions } from "../../lib/secret/labels.ts";
import { AwsError } from "../../standin/aws.ts";
import { type KeySuspect, keySecretId } from "./key-suspect.ts";
import { playedSuspect } from "./played-suspect.ts";

/** In milliseconds: how long an emergency gets that nothing disturbs any more, and between two looks at it. */
const [patience, pause] = [20_000, 100];

/** Waits pass a hundred times faster, and what failed is tried again at once. */
const timing = {
  pace: 100,
  lambda: { asyncRetryDelaysMs: [10, 20], batchRetryDelayMs: 100 },
} as const;

/** The functions of a deployment under observation, connected as they are there, and a key that leaks. */
export class KeyEmergencies implements AsyncDisposable {
  readonly suspect: KeySuspect;
  readonly double: ProviderDouble;

  private constructor(suspect: KeySuspect, double: ProviderDouble) {
    this.suspect = suspect;
    this.double = double;
  }

  static async open(): Promise<KeyEmergencies> {
    const permission = "sending_access";
    const key = {
      credential: { type: "./providers/quick.yml", permission },
      attributes: { permission },
      files: { "providers/quick.yml": quickPreset("resend") },
    };
    const { suspect, double } = await playedSuspect(resend, key, timing);
    const { functions, world } = suspect;
    const queue = { delaySeconds: 1, visibilitySeconds: 30 };
    await connectSettlement(world.aws, functions.settle, queue);
    await connectWatch(world.aws, functions.watch);
    await subscribeFunction(world.aws, functions.relay);
    return new KeyEmergencies(suspect, double);
  }

  /** Gives the command. @returns its id, and what the function answered */
  async ask(request: object, id: string = randomUUID()) {
    const asked = { id, reason: "found in public", secrets: [keySecretId], ...request };
    const answer = await this.#invoke("emergency", asked);
    return { id, ...Object(answer) } as { readonly id: string; readonly outcome?: string };
  }

  /** Gives the command, and follows it to its end. @returns whether that came in time */
  async carryOut(request: object, ms = patience): Promise<boolean> {
    const { id, outcome } = await this.ask(request);
    return outcome === "refused" || this.ended(id, ms);
  }

  /** Settlement's ticks come meanwhile. */
  async ended(id: string, ms = patience): Promise<boolean> {
    const { aws } = this.suspect.world;
    for (const end = Date.now() + ms; Date.now() < end; ) {
      const note = noteOf(this.#state);
      const isAtWork = aws.functions.running(this.suspect.functions.emergency).length > 0;
      if (note && isOver(note) && note.ids.includes(id) && !isAtWork) return true;
      await this.#tick();
    }
    return false;
  }

  /** Until disposed of, the old key of a rotation is there for a rollback: nobody may retire it. */
  keepOldKey(): Disposable {
    return this.suspect.world.aws.intercept({
      before({ operation, input }) {
        const isIt = operation === "Invoke" && String(input["Payload"]).includes("retireUnused");
        if (isIt) throw new AwsError("TooManyRequestsException", "Rate exceeded.", 429);
      },
    });
  }

  /** Somebody deletes the key at its provider. */
  endKey(): void {
    for (const key of this.double.keys.all) this.double.keys.remove(key);
  }

  /** Everything that runs unasked: the hourly look at the secrets, and at their schedules. */
  async look(): Promise<void> {
    await this.#invoke("watch", { source: "aws.events", "detail-type": "Scheduled Event" });
    await this.#invoke("schedule", {});
  }

  /** One key is left, and works. @returns whether it came to that by itself, with settlement's ticks */
  async settled(ms: number): Promise<boolean> {
    const { aws } = this.suspect.world;
    for (const end = Date.now() + ms; Date.now() < end; ) {
      const isAtWork = aws.functions.running(this.suspect.functions.emergency).length > 0;
      const isKeyLeft = this.double.keys.all.length !== 1;
      if (!isKeyLeft && !isAtWork && retiringVersions(this.#state).length === 0) return true;
      await this.#tick();
    }
    return false;
  }

  async #tick(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, pause));
    await this.#invoke("settle", { Records: [{ messageId: "tick", body: "{}" }] });
  }

  get #state() {
    const secret = this.suspect.world.aws.secrets().find(({ name }) => name === keySecretId);
    const { tags = [], versions = new Map() } = secret ?? {};
    return {
      tags: new Map(tags.map(({ Key, Value }) => [Key, Value] as const)),
      versions: new Map([...versions].map(([id, { labels }]) => [id, [...labels]] as const)),
    };
  }

  async #invoke(name: "emergency" | "settle" | "watch" | "schedule", event: object) {
    const { world, functions } = this.suspect;
    return (await world.aws.functions.invoke(functions[name], event)).payload;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.suspect[Symbol.asyncDispose]();
  }
}
