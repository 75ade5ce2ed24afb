import {
  DescribeUsersCommand,
  type MemoryDBClient,
  UpdateUserCommand,
} from "@aws-sdk/client-memorydb";
import { callAws, type Send } from "../../aws/failures.ts";
import type { AclUser, AclUserState } from "../acl-users/acl-user.ts";
import { AclUserMissing } from "../acl-users/errors.ts";
import { explained } from "../acl-users/failures.ts";
import type { Passwords } from "../login/second-password.ts";

/**
 * A user through the API of MemoryDB, where it has a name and no other id. A request names the user and its passwords, and
 * leaves its access string as it is (API reference, UpdateUser).
 */
export class MemoryDbUser implements AclUser {
  readonly name: string;
  readonly #username: string;
  readonly #client: () => MemoryDBClient;

  constructor(username: string, client: () => MemoryDBClient) {
    this.name = `the MemoryDB user ${username}`;
    this.#username = username;
    this.#client = client;
  }

  async describe(signal: AbortSignal): Promise<AclUserState> {
    const command = new DescribeUsersCommand({ UserName: this.#username });
    const { Users: [user] = [] } = await this.#call("DescribeUsers", signal, (options) =>
      this.#client().send(command, options),
    );
    if (!user) throw new AclUserMissing(this.name);
    const { Status: status = "unknown", Name: username = "", Authentication } = user;
    const { Type: authentication = "unknown", PasswordCount: passwordCount = 0 } =
      Authentication ?? {};
    return { status, username, authentication, passwordCount };
  }

  async setPasswords(passwords: Passwords, signal: AbortSignal): Promise<void> {
    const Passwords = passwords.map((password) => password.reveal());
    const command = new UpdateUserCommand({
      UserName: this.#username,
      AuthenticationMode: { Type: "password", Passwords },
    });
    await this.#call("UpdateUser", signal, (options) => this.#client().send(command, options));
  }

  #call<T>(action: string, signal: AbortSignal, send: Send<T>): Promise<T> {
    return callAws(`memorydb:${action}`, this.name, signal, send, explained);
  }
}
