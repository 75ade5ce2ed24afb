import {
  CreateAccessKeyCommand,
  DeleteAccessKeyCommand,
  GetAccessKeyLastUsedCommand,
  type IAMClient,
  PutUserPolicyCommand,
  paginateListAccessKeys,
  paginateListUserTags,
  TagUserCommand,
  UntagUserCommand,
  UpdateAccessKeyCommand,
} from "@aws-sdk/client-iam";
import { meaning } from "../../aws/failures.ts";
import { Secret } from "../../secret/secret.ts";
import { type UserCall, userCall } from "./call.ts";
import { required } from "./from-aws.ts";
import type { ListedKey, Tag } from "./intent.ts";

export interface UserKey extends ListedKey {
  readonly isDisabled: boolean;
}

export interface NewKey {
  readonly id: Secret<string>;
  readonly secret: Secret<string>;
}

/** The clients of IAM: one that repeats failed calls, and one that calls once. */
export interface Clients {
  readonly iam: () => IAMClient;
  readonly once: () => IAMClient;
}

/** What IAM does with one user. Nothing of it changes anything when repeated, but `create`. */
export class UserApi {
  readonly #userName: string;
  readonly #clients: Clients;
  readonly #call: UserCall;

  /** @param provider for messages, e.g. `IAM user uploads` */
  constructor(userName: string, provider: string, clients: Clients) {
    this.#userName = userName;
    this.#clients = clients;
    this.#call = userCall(provider);
  }

  async keys(signal: AbortSignal): Promise<readonly UserKey[]> {
    const listed = await this.#call("ListAccessKeys", "list its keys", signal, async (options) => {
      const pages = paginateListAccessKeys({ client: this.#clients.iam() }, this.#user, options);
      return (await Array.fromAsync(pages)).flatMap((page) => required(page.AccessKeyMetadata));
    });
    return Promise.all(
      listed.map(async ({ AccessKeyId: id = "", CreateDate: createdAt, Status }) => ({
        id,
        createdAt,
        isDisabled: Status === "Inactive",
        lastUsedAt: await this.#lastUse(id, signal),
      })),
    );
  }

  async tags(signal: AbortSignal): Promise<readonly Tag[]> {
    const listed = await this.#call("ListUserTags", "read its tags", signal, async (options) => {
      const pages = paginateListUserTags({ client: this.#clients.iam() }, this.#user, options);
      return (await Array.fromAsync(pages)).flatMap((page) => required(page.Tags));
    });
    return listed.map(({ Key: key = "", Value: value = "" }) => ({ key, value }));
  }

  /** Not repeated when its reply is lost: a second key would take the last room. */
  create(signal: AbortSignal): Promise<NewKey | "full" | undefined> {
    return this.#call("CreateAccessKey", "create keys", signal, async (options) => {
      const created = await this.#clients
        .once()
        .send(new CreateAccessKeyCommand(this.#user), options)
        .catch(meaning("LimitExceeded", "full" as const));
      if (created === "full") return created;
      const { AccessKeyId, SecretAccessKey } = created.AccessKey ?? {};
      return AccessKeyId && SecretAccessKey
        ? { id: new Secret(AccessKeyId), secret: new Secret(SecretAccessKey) }
        : undefined;
    });
  }

  async disable(id: string, signal: AbortSignal): Promise<void> {
    const input = { ...this.#user, AccessKeyId: id, Status: "Inactive" as const };
    await this.#call("UpdateAccessKey", "disable keys", signal, (options) =>
      this.#clients.iam().send(new UpdateAccessKeyCommand(input), options).catch(isGone),
    );
  }

  async remove(id: string, signal: AbortSignal): Promise<void> {
    const input = { ...this.#user, AccessKeyId: id };
    await this.#call("DeleteAccessKey", "delete keys", signal, (options) =>
      this.#clients.iam().send(new DeleteAccessKeyCommand(input), options).catch(isGone),
    );
  }

  async tag({ key, value }: Tag, signal: AbortSignal): Promise<void> {
    const input = { ...this.#user, Tags: [{ Key: key, Value: value }] };
    await this.#call("TagUser", "tag it", signal, (options) =>
      this.#clients.iam().send(new TagUserCommand(input), options),
    );
  }

  async untag(keys: readonly string[], signal: AbortSignal): Promise<void> {
    if (keys.length === 0) return;
    const input = { ...this.#user, TagKeys: [...keys] };
    await this.#call("UntagUser", "remove its tags", signal, (options) =>
      this.#clients.iam().send(new UntagUserCommand(input), options).catch(isGone),
    );
  }

  /** Writes an inline policy of the user. */
  async setPolicy(name: string, document: string, signal: AbortSignal): Promise<void> {
    const input = { ...this.#user, PolicyName: name, PolicyDocument: document };
    await this.#call("PutUserPolicy", "deny it sessions", signal, (options) =>
      this.#clients.iam().send(new PutUserPolicyCommand(input), options),
    );
  }

  get #user() {
    return { UserName: this.#userName };
  }

  /** `null`: never; `undefined`: the key was deleted meanwhile. */
  #lastUse(id: string, signal: AbortSignal): Promise<Date | null | undefined> {
    return this.#call(
      "GetAccessKeyLastUsed",
      "see when keys were used",
      signal,
      async (options) => {
        const command = new GetAccessKeyLastUsedCommand({ AccessKeyId: id });
        const used = await this.#clients.iam().send(command, options).catch(isGone);
        return used && (required(used.AccessKeyLastUsed).LastUsedDate ?? null);
      },
    );
  }
}

/** What does not exist has nothing left to be ended. */
const isGone = meaning("NoSuchEntity", undefined);
