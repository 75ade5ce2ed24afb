import type { AlertTopic } from "../alerts/topic.ts";
import { DeadlineReached } from "../context/deadline.ts";
import type { SecretEntry } from "../manifest/manifest.ts";
import { adminLogin } from "../rotators/login/admin.ts";
import type { Engine, EngineTraits } from "../rotators/login/engine.ts";
import {
  type CredentialSpec,
  type Login,
  readLogin,
  requireSameTarget,
} from "../rotators/login/login.ts";
import type { Situation, Strategy } from "../rotators/login/strategy.ts";
import { SecretDocument } from "../secret/document.ts";
import { DocumentError } from "../secret/errors.ts";
import { holderOf } from "../secret/labels.ts";
import { Secret } from "../secret/secret.ts";
import type { SecretState, SecretStore } from "../secret/store.ts";
import { PendingEmpty } from "./errors.ts";
import type { RotationEvent } from "./event.ts";

/** One credential with what rotates it. */
export interface Credential {
  readonly spec: CredentialSpec;
  readonly traits: EngineTraits;
  readonly engine: Engine;
  readonly strategy: Strategy;
}

export interface Clock {
  /** Resolves after the time, in milliseconds, or rejects when the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

const usualRotatedAt = "rotated_at";

/** How long a read waits for a value that is not visible yet, in milliseconds between attempts. */
const staleReadDelays = [50, 100, 200, 400, 800];

/** One invocation on one secret: what it reads, it reads once. */
export class Rotation {
  readonly event: RotationEvent;
  readonly secret: SecretState;
  readonly currentId: string;
  /** What the manifest says of the secret. */
  readonly entry: SecretEntry;
  /** Its logins. */
  readonly credentials: readonly Credential[];
  readonly store: SecretStore;
  readonly signal: AbortSignal;
  /** createSecret has given the pending version its value: this is no lone testSecret. */
  readonly prepared: boolean;
  readonly clock: Clock;
  readonly alerts: AlertTopic;
  /** Tells the operator, without failing. Never with a value. */
  readonly warn: (message: string) => void;
  #inOutage = false;
  readonly #documents = new Map<string, Promise<SecretDocument | undefined>>();

  constructor(of: {
    event: RotationEvent;
    secret: SecretState;
    currentId: string;
    prepared: boolean;
    entry: SecretEntry;
    credentials: readonly Credential[];
    store: SecretStore;
    signal: AbortSignal;
    clock: Clock;
    alerts: AlertTopic;
    warn: (message: string) => void;
  }) {
    this.event = of.event;
    this.secret = of.secret;
    this.currentId = of.currentId;
    this.entry = of.entry;
    this.credentials = of.credentials;
    this.store = of.store;
    this.signal = of.signal;
    this.prepared = of.prepared;
    this.clock = of.clock;
    this.alerts = of.alerts;
    this.warn = of.warn;
  }

  /** A strategy found AWSCURRENT refused. */
  get inOutage(): boolean {
    return this.#inOutage;
  }

  /** The version's document, `undefined` when it has no value. */
  document(versionId: string, where: string): Promise<SecretDocument | undefined> {
    const known = this.#documents.get(versionId);
    if (known) return known;
    const name = `${where} of ${this.secret.name}`;
    const read = this.store
      .read(this.secret.arn, versionId, this.signal)
      .then((text) => text && new SecretDocument(name, text, this.entry.shape));
    this.#documents.set(versionId, read);
    return read;
  }

  /** What the secret held before, as far as it can be read: AWSPREVIOUS, then versions without a label. */
  async *earlierDocuments(): AsyncGenerator<SecretDocument> {
    for await (const id of this.#earlierIds()) {
      const document = await this.#readable(id);
      if (document) yield document;
    }
  }

  async *#earlierIds(): AsyncGenerator<string> {
    const previous = holderOf(this.secret, "AWSPREVIOUS");
    if (previous) yield previous;
    yield* await this.store.unlabelled(this.secret.arn, this.signal);
  }

  async #readable(versionId: string): Promise<SecretDocument | undefined> {
    try {
      return await this.document(versionId, `version ${versionId}`);
    } catch (error) {
      if (error instanceof DocumentError) return undefined;
      throw error;
    }
  }

  /**
   * With the time at which its value was made: where the manifest says so, else in a field of the usual name
   * that holds some text, which nobody but a rotation writes.
   */
  withRotatedAt(document: SecretDocument, time: string): SecretDocument {
    const { rotatedAt } = this.entry;
    if (rotatedAt !== undefined) return document.withAdded(rotatedAt, new Secret(time));
    if (!document.value(usualRotatedAt)) return document;
    return document.with(new Map([[usualRotatedAt, new Secret(time)]]));
  }

  /** What `withRotatedAt` wrote. */
  rotatedAt(document: SecretDocument): string | undefined {
    return document.value(this.entry.rotatedAt ?? usualRotatedAt)?.value.reveal();
  }

  async current(): Promise<SecretDocument> {
    return this.#awaited(this.currentId, "AWSCURRENT");
  }

  /** @throws PendingEmpty when the value does not become visible in a bounded time */
  async pending(): Promise<SecretDocument> {
    return this.#awaited(this.event.token, "AWSPENDING");
  }

  /** Reads are eventually consistent: a value that was just written may be missing for a moment. */
  async #awaited(versionId: string, where: string): Promise<SecretDocument> {
    for (const delay of [...staleReadDelays, undefined]) {
      const document = await this.document(versionId, where);
      if (document) return document;
      this.#documents.delete(versionId);
      if (delay !== undefined) await this.sleep(delay);
    }
    throw new PendingEmpty(this.secret.name, versionId);
  }

  /** @throws DeadlineReached */
  async sleep(ms: number): Promise<void> {
    await this.clock.sleep(ms, this.signal).catch(() => {
      throw new DeadlineReached();
    });
  }

  login(document: SecretDocument, { spec, traits }: Credential): Login {
    return readLogin(document, spec, traits);
  }

  situation(credential: Credential): Situation {
    return {
      spec: credential.spec,
      engine: credential.engine,
      signal: this.signal,
      warn: this.warn,
      outage: () => {
        this.#inOutage = true;
      },
      current: async () => this.login(await this.current(), credential),
      admin: async () =>
        adminLogin(
          credential,
          this.login(await this.current(), credential),
          this.store,
          this.signal,
        ),
      pending: async () => this.loginFor(credential, await this.pending()),
      earlier: () => this.#earlier(credential),
    };
  }

  /**
   * The login that a version holds, which must lead where AWSCURRENT's does.
   * @throws TargetChanged
   */
  async loginFor(credential: Credential, document: SecretDocument): Promise<Login> {
    const login = this.login(document, credential);
    const current = this.login(await this.current(), credential);
    const username = credential.strategy.username(current.username, credential);
    requireSameTarget(document.where, { ...current, username }, login);
    return login;
  }

  async *#earlier(credential: Credential): AsyncGenerator<Login> {
    for await (const document of this.earlierDocuments()) {
      const login = await this.#usable(credential, document);
      if (login) yield login;
    }
  }

  /** `undefined` for a version that holds no login of this credential's users: it cannot heal anything. */
  async #usable(credential: Credential, document: SecretDocument): Promise<Login | undefined> {
    try {
      const login = this.login(document, credential);
      const current = this.login(await this.current(), credential);
      if (login.username !== current.username) return await this.loginFor(credential, document);
      requireSameTarget(document.where, current, login);
      return login;
    } catch (error) {
      if (error instanceof DocumentError) return undefined;
      throw error;
    }
  }
}
