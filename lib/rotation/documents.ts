import type { Context } from "../context/context.ts";
import { SecretDocument, type Shape } from "../secret/document.ts";
import { DocumentError } from "../secret/errors.ts";
import { holderOf } from "../secret/labels.ts";
import { abandonedVersion, heldVersions, leftVersions } from "../secret/left.ts";
import { sightingOf } from "../secret/sighting.ts";
import type { SecretState, SecretStore } from "../secret/store.ts";
import type { History, Versions } from "./credential.ts";
import { PendingEmpty } from "./errors.ts";

/** How long a read waits for a value that is not visible yet, in milliseconds between attempts. */
const staleReadDelays = [50, 100, 200, 400, 800];

/** What the documents of one secret are read by. */
interface Input {
  readonly secret: SecretState;
  readonly shape: Shape | undefined;
  readonly store: Pick<SecretStore, "read" | "unlabelled">;
  readonly context: Pick<Context, "now" | "sleep" | "signal">;
}

/** The documents of one secret's versions during one invocation; each is read once. */
export class Documents {
  readonly #input: Input;
  readonly #documents = new Map<string, Promise<SecretDocument | undefined>>();

  constructor(input: Input) {
    this.#input = input;
  }

  /**
   * @param where for messages: a label, or `version ID`
   * @returns `undefined` when the version has no value
   */
  read(versionId: string, where: string): Promise<SecretDocument | undefined> {
    const known = this.#documents.get(versionId);
    if (known) return known;
    const { secret, shape, store, context } = this.#input;
    const document = store
      .read(secret.arn, versionId, context.signal)
      .then((text) => text && new SecretDocument(`${where} of ${secret.name}`, text, shape));
    this.#documents.set(versionId, document);
    return document;
  }

  /**
   * As `read`. Reads are eventually consistent, so a value that was just written may be missing for a moment.
   * @throws PendingEmpty when the value does not become visible in a bounded time
   */
  async awaited(versionId: string, where: string): Promise<SecretDocument> {
    for (const delay of [...staleReadDelays, undefined]) {
      const document = await this.read(versionId, where);
      if (document) return document;
      this.#documents.delete(versionId);
      if (delay !== undefined) await this.#input.context.sleep(delay);
    }
    throw new PendingEmpty(this.#input.secret.name, versionId);
  }

  /** What was read before, or was not there to read. */
  forget(versionId: string): void {
    this.#documents.delete(versionId);
  }

  /** As `read`, whatever a read found before. */
  reread(versionId: string, where: string): Promise<SecretDocument | undefined> {
    this.forget(versionId);
    return this.read(versionId, where);
  }

  /** What a step hands to the credentials. @throws PendingEmpty */
  async versions(currentId: string, pendingId: string): Promise<Versions> {
    return {
      ...(await this.history(currentId)),
      pending: () => this.awaited(pendingId, "AWSPENDING"),
      held: (isRefused) => this.held(isRefused),
    };
  }

  /** @throws PendingEmpty */
  async history(currentId: string): Promise<History> {
    return {
      current: await this.awaited(currentId, "AWSCURRENT"),
      earlier: () => this.earlier(),
      living: () => this.living(),
      find: (isMeant) => this.find(isMeant),
    };
  }

  /** Every version that somebody may hold or get, as far as it has a value. @throws DocumentError */
  async *living(): AsyncGenerator<SecretDocument> {
    const { secret, context } = this.#input;
    const sighting = sightingOf(secret.tags, context.now());
    const left = [...leftVersions(secret, sighting), sighting?.version];
    const isAbandoned = (id: string) => id === abandonedVersion(secret, sighting);
    const labelled = [...secret.versions.keys()].filter((id) => !isAbandoned(id));
    for (const id of new Set([...labelled, ...left])) {
      const document = id === undefined ? undefined : await this.read(id, `version ${id}`);
      if (document) yield document;
    }
  }

  async find(isMeant: (versionId: string) => boolean): Promise<SecretDocument | undefined> {
    const { secret, store, context } = this.#input;
    const id =
      [...secret.versions.keys()].find(isMeant) ??
      (await store.unlabelled(secret.arn, context.signal)).find(isMeant);
    return id === undefined ? undefined : this.#usable(id);
  }

  /**
   * What AWSCURRENT has left and no label says is to be retired; where AWSCURRENT is refused, also what it was seen on
   * last. Mostly there is none: a rotation waits while a version is RETIRING.
   */
  async *held(isRefused: boolean): AsyncGenerator<SecretDocument> {
    const { secret, context } = this.#input;
    for (const id of heldVersions(secret, sightingOf(secret.tags, context.now()), isRefused)) {
      const document = await this.#usable(id);
      if (document) yield document;
    }
  }

  /** What the secret held before, as far as it can be read: AWSPREVIOUS, other labelled ones, then those without a label. */
  async *earlier(): AsyncGenerator<SecretDocument> {
    for await (const id of this.#earlierIds()) {
      const document = await this.#usable(id);
      if (document) yield document;
    }
  }

  async *#earlierIds(): AsyncGenerator<string> {
    const { secret, store, context } = this.#input;
    const previous = holderOf(secret, "AWSPREVIOUS");
    if (previous) yield previous;
    for (const [id, labels] of secret.versions)
      if (id !== previous && !labels.includes("AWSCURRENT") && !labels.includes("AWSPENDING"))
        yield id;
    yield* await store.unlabelled(secret.arn, context.signal);
  }

  async #usable(versionId: string): Promise<SecretDocument | undefined> {
    try {
      return await this.read(versionId, `version ${versionId}`);
    } catch (error) {
      if (error instanceof DocumentError) return undefined;
      throw error;
    }
  }
}
