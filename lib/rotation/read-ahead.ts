import type { CredentialSpec } from "../manifest/type.ts";
import type { Secret } from "../secret/secret.ts";
import type { CurrentValue, SecretStore } from "../secret/store.ts";
import type { RotationEvent, Step } from "./event.ts";

type Need = "current" | "pending";

/** What each step asks for, as far as every secret with such credentials needs it. */
const needs: Readonly<Record<Step, (credentials: readonly CredentialSpec[]) => readonly Need[]>> = {
  createSecret: () => ["current"],
  setSecret: () => ["current", "pending"],
  // A credential that switches is proven by AWSCURRENT until finishSecret.
  testSecret: (all) =>
    all.every(({ traits }) => traits.switches) ? ["current"] : ["current", "pending"],
  finishSecret: (all) => (all.some(({ traits }) => traits.switches) ? ["current", "pending"] : []),
};

/**
 * The values that a step will need, asked for beside DescribeSecret, which would otherwise be waited for first. They
 * are handed out by version id alone, when DescribeSecret has said which one is AWSCURRENT; until then nothing is done
 * with them. Disposing of it gives up what nobody has waited for.
 */
export class ReadAhead implements Pick<SecretStore, "read" | "unlabelled">, Disposable {
  readonly #store: Pick<SecretStore, "read" | "unlabelled">;
  readonly #token: string;
  readonly #ended = new AbortController();
  #current: Promise<CurrentValue | undefined> | undefined;
  #pending: Promise<Secret<string> | undefined> | undefined;

  /** @param credentials as the manifest has them; empty where it does not name the secret: nothing is read ahead */
  constructor(
    { step, secretId, token }: RotationEvent,
    credentials: readonly CredentialSpec[],
    store: Pick<SecretStore, "read" | "current" | "unlabelled">,
    signal: AbortSignal,
  ) {
    this.#store = store;
    this.#token = token;
    const needed = credentials.length > 0 ? needs[step](credentials) : [];
    const within = AbortSignal.any([signal, this.#ended.signal]);
    if (needed.includes("current")) this.#current = store.current(secretId, within);
    if (needed.includes("pending")) this.#pending = store.read(secretId, token, within);
    // Told by read(); nobody may ask.
    this.#current?.catch(() => {});
    this.#pending?.catch(() => {});
  }

  /** As `SecretStore.read`. What was read ahead is handed out once: whoever asks again wants to know anew. */
  read(
    secretId: string,
    versionId: string,
    signal: AbortSignal,
  ): Promise<Secret<string> | undefined> {
    const afresh = () => this.#store.read(secretId, versionId, signal);
    const isPending = versionId === this.#token;
    const [current, pending] = [this.#current, this.#pending];
    if (isPending) this.#pending = undefined;
    else this.#current = undefined;
    if (isPending) return pending ?? afresh();
    return current ? ofVersion(versionId, current, afresh) : afresh();
  }

  unlabelled(secretId: string, signal: AbortSignal): Promise<readonly string[]> {
    return this.#store.unlabelled(secretId, signal);
  }

  [Symbol.dispose](): void {
    this.#ended.abort();
  }
}

/** A value that is AWSCURRENT's, but of another version than DescribeSecret says, is of no use. */
async function ofVersion(
  versionId: string,
  current: Promise<CurrentValue | undefined>,
  afresh: () => Promise<Secret<string> | undefined>,
): Promise<Secret<string> | undefined> {
  const value = await current;
  return value && value.versionId !== versionId ? afresh() : value?.text;
}
