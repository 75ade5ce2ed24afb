import type { EmergencyPorts } from "../../../lib/emergency/ports.ts";
import { Quota, type VirtualClock } from "./clock.ts";
import type { SimulatedSecrets } from "./secrets.ts";

/** In milliseconds: a request; from one step to the next; a cold function and its logins, of which a rotation has four. */
const [requestTime, pause, stepTime] = [25, 500, 1500];

/** Of a rotation: PutSecretValue, and moves of labels, in the step that makes them (`npm run bench`: AWS requests). */
const steps = [
  { puts: 1, moves: 0 },
  { puts: 0, moves: 0 },
  { puts: 0, moves: 0 },
  { puts: 0, moves: 2 },
] as const;

type Store = EmergencyPorts["store"];

/**
 * Secrets Manager, where it rotates: each account has 50 a second of RotateSecret and CancelRotateSecret together, of
 * UpdateSecretVersionStage, of PutSecretValue and of TagResource (Secrets Manager quotas). What is beyond them waits.
 */
export class SimulatedRotations {
  readonly #clock: VirtualClock;
  readonly #secrets: SimulatedSecrets;
  readonly #promoted: (event: object) => void;
  readonly #quotas: Readonly<Record<"rotate" | "labels" | "puts" | "tags", Quota>>;

  /** @param promoted is called with the event of each */
  constructor(clock: VirtualClock, secrets: SimulatedSecrets, promoted: (event: object) => void) {
    this.#clock = clock;
    this.#secrets = secrets;
    this.#promoted = promoted;
    const quota = () => new Quota(clock, 50);
    this.#quotas = { rotate: quota(), labels: quota(), puts: quota(), tags: quota() };
  }

  readonly port: EmergencyPorts["rotations"] = {
    start: async (secretId, token) => {
      await this.#quotas.rotate.take();
      await this.#clock.sleep(requestTime);
      const secret = this.#secrets.get(secretId);
      const labels = [...secret.versions.values()].flat();
      if (labels.includes("AWSPENDING")) return "busy";
      secret.versions.set(token, ["AWSPENDING"]);
      void this.#rotate(secretId, token);
      return "started";
    },
    resume: async () => {
      await this.#quotas.rotate.take();
      await this.#clock.sleep(requestTime);
    },
    cancel: async () => {
      await this.#quotas.rotate.take();
      await this.#clock.sleep(requestTime);
    },
  };

  /** The store, held to the quotas. */
  held(store: Store): Store {
    return {
      ...store,
      moveLabel: async (move, signal) => {
        await this.#quotas.labels.take();
        return store.moveLabel(move, signal);
      },
      tag: async (secretId, key, value, signal) => {
        await this.#quotas.tags.take();
        return store.tag(secretId, key, value, signal);
      },
    };
  }

  async #rotate(secretId: string, token: string): Promise<void> {
    for (const { puts, moves } of steps) {
      await this.#clock.sleep(pause + stepTime);
      for (let count = 0; count < puts; count += 1) await this.#quotas.puts.take();
      for (let count = 0; count < moves; count += 1) await this.#quotas.labels.take();
    }
    this.#promoted(this.#secrets.promote(this.#secrets.get(secretId), token));
  }
}
