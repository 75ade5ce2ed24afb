import type { Context } from "../context/context.ts";
import { asRotationError, type RotationError } from "../errors.ts";
import type { SecretEntry } from "../manifest/manifest.ts";
import type { Consumer, ConsumerView, Promotion } from "./consumer.ts";
import { InvokedFailed } from "./errors.ts";
import type { SettlementPorts } from "./ports.ts";
import { consistencyMargin } from "./promotion.ts";
import type { Standing } from "./standing.ts";
import { lookAt } from "./view.ts";

/** In milliseconds: UpdateService takes five calls a second of an account, and deployments are not all ours. */
const rollPause = 250;

/** In milliseconds: where a look at the consumers takes longer, a pass has one, and ends with it. */
const cheapLook = 1000;

type Looked =
  | { readonly view: ConsumerView; readonly at: Date; readonly ms: number }
  | { readonly error: RotationError; isThrown: boolean };

/** What the secrets of one pass share: the look at their consumers, the pace, and which servers are down. */
export class Pass {
  readonly ports: SettlementPorts;
  readonly context: Context;
  readonly standing: Standing;
  /** An emergency asked for it, beside the passes of the queue. */
  readonly isDirect: boolean;
  /**
   * Whether the first round is under way, which sees what was promoted, and looks at no consumer: a consumer of several
   * secrets is rolled once, after all of them.
   */
  isGathering = true;
  /** When the value of the secret that was promoted last has reached every reader, in epoch milliseconds. */
  #ripeAt = 0;
  #looking: Promise<Looked> | undefined;
  /** Settles when the last roll so far is done. */
  #rolls: Promise<unknown> = Promise.resolve();
  /** By type and name. */
  readonly #rolled = new Map<string, Promise<void>>();
  /** What the manifest calls them. */
  readonly #down = new Set<string>();

  constructor(ports: SettlementPorts, context: Context, standing: Standing, isDirect = false) {
    this.ports = ports;
    this.context = context;
    this.standing = standing;
    this.isDirect = isDirect;
  }

  /**
   * What one look at all consumers saw; taken when the first secret needs it.
   * @returns `undefined` in the first round, or when it was taken before this promotion, or failed: look again in
   *   another round or pass
   * @throws as `ConsumerType.look`, for one secret alone
   */
  async view(promotion: Promotion): Promise<ConsumerView | undefined> {
    if (this.isGathering) return undefined;
    this.#looking ??= this.#look();
    const looked = await this.#looking;
    if ("view" in looked) return promotion.at < looked.at ? looked.view : undefined;
    if (looked.isThrown) return undefined;
    looked.isThrown = true;
    throw looked.error;
  }

  /** A secret was promoted, and consumers may get its value from then on. */
  ripensAt(at: Date): void {
    this.#ripeAt = Math.max(this.#ripeAt, at.getTime());
  }

  /** How long the second round waits for what was promoted just now, in milliseconds. */
  get unripeMs(): number {
    const left = this.#ripeAt + 1 - this.context.now().getTime();
    return Math.min(Math.max(0, left), consistencyMargin + 1);
  }

  /** Nothing waits for a pass beside those of the queue. @returns whether a further round of those that end in seconds may look at the consumers again */
  async begin(): Promise<boolean> {
    this.isGathering = false;
    const looked = await this.#looking;
    const isCheap = this.isDirect || !looked || ("view" in looked && looked.ms < cheapLook);
    if (isCheap) this.#looking = undefined;
    return isCheap;
  }

  /** Rolls each consumer once, one after the other; secrets that share it share the failure. */
  readonly roll = (view: ConsumerView, consumer: Consumer): Promise<void> => {
    const key = `${consumer.type}/${consumer.name}`;
    const earlier = this.#rolled.get(key);
    if (earlier) return earlier;
    const isFirst = this.#rolled.size === 0;
    const rolled = this.#rolls.then(async () => {
      if (!isFirst) await this.context.sleep(rollPause);
      await view.roll(consumer);
    });
    this.#rolled.set(key, rolled);
    this.#rolls = rolled.catch(() => {});
    return rolled;
  };

  /** Whether a server of this secret has failed in this pass, so that asking it again would only take time. */
  isDown({ credentials }: SecretEntry): boolean {
    return credentials.some(({ server }) => server !== undefined && this.#down.has(server));
  }

  failed({ credentials }: SecretEntry, error: RotationError): void {
    if (!(error instanceof InvokedFailed && error.server)) return;
    for (const { server } of credentials) if (server !== undefined) this.#down.add(server);
  }

  async #look(): Promise<Looked> {
    const { ports, context } = this;
    const at = context.now();
    const scopes = Object.values(ports.manifest.secrets).map(({ consumers }) => consumers);
    try {
      const view = await lookAt(ports.consumers, scopes, context.signal);
      return { view, at, ms: context.now().getTime() - at.getTime() };
    } catch (thrown) {
      return { error: asRotationError(thrown), isThrown: false };
    }
  }
}
