import { AwsError } from "../aws-error.ts";
import { type AclUserTiming, LaterChanges } from "./later.ts";

/** A user that is there. */
export interface AclUserDefinition {
  readonly service: "elasticache" | "memorydb";
  /** Of ElastiCache; default: its name. */
  readonly id?: string;
  readonly username: string;
  /** Default: `password`. */
  readonly authentication?: "password" | "no-password" | "iam";
  /** How many passwords it has. Default: 1. */
  readonly passwordCount?: number;
  /** Really changes the passwords. Default: nothing happens. */
  setPasswords?(passwords: readonly string[]): Promise<unknown>;
}

export interface AclUserTaps {
  addUser(user: AclUserDefinition): void;
  /** E.g. `deleting`, of a user. */
  setStatus(id: string, status: string): void;
  /** By hand, on the servers: how many passwords the user has now. */
  setPasswordCount(id: string, count: number): void;
  /** Resolves when the servers have every change so far. */
  caughtUp(): Promise<void>;
}

export interface AclUser {
  readonly definition: AclUserDefinition;
  readonly id: string;
  status: string;
  passwordCount: number;
}

/** The longest and shortest password (user guides, "Authenticating with passwords"). */
const [shortest, longest] = [16, 128];

/** The users of ElastiCache and MemoryDB of an account. Disposing of it ends changes that are under way. */
export class AclUsers implements AclUserTaps, Disposable {
  readonly home: { readonly region: string; readonly accountId: string };
  readonly #all: AclUser[] = [];
  readonly #changes: LaterChanges;

  constructor(home: AclUsers["home"], timing: AclUserTiming) {
    this.home = home;
    this.#changes = new LaterChanges(timing);
  }

  addUser(definition: AclUserDefinition): void {
    const { id = definition.username, passwordCount = 1 } = definition;
    this.#all.push({ definition, id, status: "active", passwordCount });
  }

  setStatus(id: string, status: string): void {
    for (const user of this.#all) if (user.id === id) user.status = status;
  }

  setPasswordCount(id: string, count: number): void {
    for (const user of this.#all) if (user.id === id) user.passwordCount = count;
  }

  /** @throws the error of this service where there is no such user */
  find(service: AclUserDefinition["service"], id: string, missing: string): AclUser {
    const found = this.#all.find((each) => each.definition.service === service && each.id === id);
    if (found) return found;
    throw new AwsError(missing, `User ${id} not found.`, 404);
  }

  all(service: AclUserDefinition["service"]): readonly AclUser[] {
    return this.#all.filter(({ definition }) => definition.service === service);
  }

  /** Takes place later. @param errors the names that the service has for its errors */
  change(
    user: AclUser,
    passwords: readonly string[],
    errors: { readonly state: string; readonly value: string },
  ): void {
    if (user.status !== "active")
      throw new AwsError(
        errors.state,
        `User ${user.id} has status ${user.status}. Only active users can be modified.`,
      );
    const problem = problemOf(passwords);
    if (problem) throw new AwsError(errors.value, problem);
    user.status = "modifying";
    user.passwordCount = new Set(passwords).size;
    this.#changes.begin({
      make: () => user.definition.setPasswords?.(passwords),
      end() {
        if (user.status === "modifying") user.status = "active";
      },
    });
  }

  caughtUp(): Promise<void> {
    return this.#changes.caughtUp();
  }

  [Symbol.dispose](): void {
    this.#changes[Symbol.dispose]();
  }
}

function problemOf(passwords: readonly string[]): string | undefined {
  if (passwords.length < 1 || passwords.length > 2)
    return "Passwords must have one or two elements.";
  const isAllowed = (each: string) =>
    each.length >= shortest &&
    each.length <= longest &&
    /^[\x21-\x7e]+$/.test(each) &&
    !/[,"/@]/.test(each);
  return passwords.every(isAllowed)
    ? undefined
    : 'Passwords length must be between 16-128 characters, without , " / @ and spaces.';
}
