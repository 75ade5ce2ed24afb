import {
  DescribeUsersCommand,
  type ElastiCacheClient,
  ModifyUserCommand,
} from "@aws-sdk/client-elasticache";
import { callAws, type Send } from "../../aws/failures.ts";
import type { AclUser, AclUserState } from "../acl-users/acl-user.ts";
import { AclUserMissing } from "../acl-users/errors.ts";
import { explained } from "../acl-users/failures.ts";
import type { Passwords } from "../login/second-password.ts";

/**
 * A user through the API of ElastiCache. A request names the user and its passwords, and leaves all else of it as it is
 * (API reference, ModifyUser).
 */
export class ElastiCacheUser implements AclUser {
  readonly name: string;
  readonly #id: string;
  readonly #client: () => ElastiCacheClient;

  constructor(id: string, client: () => ElastiCacheClient) {
    this.name = `the ElastiCache user ${id}`;
    this.#id = id;
    this.#client = client;
  }

  async describe(signal: AbortSignal): Promise<AclUserState> {
    const command = new DescribeUsersCommand({ UserId: this.#id });
    const { Users: [user] = [] } = await this.#call("DescribeUsers", signal, (options) =>
      this.#client().send(command, options),
    );
    if (!user) throw new AclUserMissing(this.name);
    const { Status: status = "unknown", UserName: username = "", Authentication } = user;
    const { Type: authentication = "unknown", PasswordCount: passwordCount = 0 } =
      Authentication ?? {};
    return { status, username, authentication, passwordCount };
  }

  async setPasswords(passwords: Passwords, signal: AbortSignal): Promise<void> {
    const Passwords = passwords.map((password) => password.reveal());
    const command = new ModifyUserCommand({ UserId: this.#id, Passwords });
    await this.#call("ModifyUser", signal, (options) => this.#client().send(command, options));
  }

  #call<T>(action: string, signal: AbortSignal, send: Send<T>): Promise<T> {
    return callAws(`elasticache:${action}`, this.name, signal, send, explained);
  }
}
