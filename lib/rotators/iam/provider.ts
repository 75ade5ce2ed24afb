import { randomUUID } from "node:crypto";
import { DeadlineReached } from "../../context/deadline.ts";
import { KeysFull, ProviderUnavailable } from "../key/errors.ts";
import type { Access, KeyEntry, KeyFacts, KeyParts, Outcome, Provider } from "../key/provider.ts";
import { AccessKeyIdMissing, UserTagsFull } from "./errors.ts";
import { intentPrefix, intentsIn, intentTag, isOver, nameOf } from "./intent.ts";
import { callerIdentity, outcomeOf, probe } from "./probe.ts";
import { problemsOf } from "./problems.ts";
import { sessionPolicy, sessionPolicyName } from "./sessions.ts";
import { smtpPassword } from "./smtp.ts";
import { type IamSpec, nameOfUser, userName } from "./spec.ts";
import { patiently } from "./throttled.ts";
import { traitsOf } from "./traits.ts";
import { type Clients, type NewKey, UserApi } from "./user-api.ts";

/** The access keys of one IAM user. The function's role manages them; they themselves only say who they are. */
export class IamUser implements Provider {
  readonly name: string;
  readonly scope: string;
  readonly traits;
  readonly #spec: IamSpec;
  readonly #api: UserApi;

  constructor(spec: IamSpec, clients: Clients) {
    this.#spec = spec;
    this.name = nameOfUser(spec);
    this.scope = `iam ${userName(spec)}`;
    this.traits = traitsOf(userName(spec));
    this.#api = new UserApi(userName(spec), this.name, clients);
  }

  async list(at: Access): Promise<readonly KeyEntry[]> {
    return (await this.#look(at)).entries;
  }

  async create(name: string, at: Access): Promise<KeyParts> {
    for (const problem of problemsOf(this.#spec, at.current)) throw problem;
    const { entries, intents, tagCount } = await this.#look(at);
    const over = intents.filter((intent) => isOver(intent, at.now()));
    this.#requireTags(tagCount - over.length);
    await this.#api.untag(
      over.map((intent) => intentTag(intent).key),
      at.signal,
    );
    const others = entries.flatMap((entry) => (entry.name === undefined ? entry.id : []));
    const intent = intentTag({ id: randomUUID().slice(0, 8), name, at: at.now(), others });
    await this.#api.tag(intent, at.signal);
    const created = await this.#created(intent.key, at);
    await this.#api.tag({ key: created.id.reveal(), value: name }, at.signal);
    await this.#api.untag([intent.key], at.signal);
    return this.#withDerived(created);
  }

  /** Of a key and a tag that no user has, so that nothing is removed. */
  async rehearse(at: Access): Promise<void> {
    const { current, signal } = at;
    for (const problem of problemsOf(this.#spec, current)) throw problem;
    const { intents, tagCount } = await this.#look(at);
    this.#requireTags(tagCount - intents.length);
    await this.#api.remove(noKey, signal);
    await this.#api.untag([`${intentPrefix}none`], signal);
  }

  probe(key: KeyParts, { signal }: Access): Promise<Outcome> {
    return probe(this.#credentials(key), signal);
  }

  async facts(key: KeyParts, { signal }: Access): Promise<KeyFacts> {
    try {
      return await callerIdentity(this.#credentials(key), signal);
    } catch (error) {
      if (signal.aborted) throw new DeadlineReached();
      const outcome = outcomeOf(error);
      const why = outcome.is === "unknown" ? outcome.why : `its key is ${outcome.is}`;
      throw new ProviderUnavailable(this.name, why);
    }
  }

  disable(id: string, { signal }: Access): Promise<void> {
    return this.#api.disable(id, signal);
  }

  async remove(id: string, { signal }: Access): Promise<void> {
    await this.#api.remove(id, signal);
    await this.#api.untag([id], signal);
  }

  /**
   * A session does not say which key made it, so all of this user's end that were made until now. While AWS still accepts
   * the leaked key it can make more: settlement asks again until that is over.
   */
  endSessions(id: string, { now, signal }: Access): Promise<void> {
    return this.#api.setPolicy(sessionPolicyName, sessionPolicy(id, now()), signal);
  }

  /** Where nothing was created for sure, nothing that somebody creates by hand now may count as ours. */
  async #created(intentKey: string, at: Access): Promise<NewKey> {
    let created: NewKey | "full" | undefined;
    try {
      created = await patiently(at, () => this.#api.create(at.signal));
    } catch (error) {
      if (!isOutcomeUnknown(error)) await this.#api.untag([intentKey], at.signal);
      throw error;
    }
    if (created === "full") {
      await this.#api.untag([intentKey], at.signal);
      throw new KeysFull(this.name, await this.list(at), this.traits.maxKeys);
    }
    if (!created)
      throw new ProviderUnavailable(this.name, "CreateAccessKey answered without a key");
    return created;
  }

  async #look({ signal }: Access) {
    const [keys, tags] = await Promise.all([this.#api.keys(signal), this.#api.tags(signal)]);
    const entries: KeyEntry[] = keys.map((key) => ({ ...key, name: nameOf(key, tags) }));
    return { entries, intents: intentsIn(tags), tagCount: tags.length };
  }

  /** Without the second tag, every attempt would leave a key that only its intent tells of. @throws UserTagsFull */
  #requireTags(count: number): void {
    if (count + 2 > mostTags) throw new UserTagsFull(this.name, mostTags);
  }

  #withDerived({ id, secret }: NewKey): KeyParts {
    const derived = this.#spec.smtp.flatMap(({ region, passwordPart, usernamePart }) => [
      [passwordPart, smtpPassword(secret, region)] as const,
      ...(usernamePart === undefined ? [] : [[usernamePart, id] as const]),
    ]);
    return new Map([["id", id], ["secret", secret], ...derived]);
  }

  #credentials(key: KeyParts) {
    const [accessKeyId, secretAccessKey] = [key.get("id")?.reveal(), key.get("secret")?.reveal()];
    if (accessKeyId === undefined || secretAccessKey === undefined)
      throw new AccessKeyIdMissing(this.name);
    return { accessKeyId, secretAccessKey };
  }
}

const isOutcomeUnknown = (error: unknown) =>
  error instanceof ProviderUnavailable || error instanceof DeadlineReached;

/** IAM and AWS STS quotas, "Tags that can be attached to a user". */
const mostTags = 50;

/** Has the form of an id, but digits that none has (ids are of Base32). */
const noKey = "AKIA0000000000000000";
