import { type AclUserTiming, LaterChanges } from "../acl-users/later.ts";
import { AwsError } from "../aws-error.ts";

/** A replication group that is there. */
export interface ReplicationGroupDefinition {
  readonly id: string;
  /** Its AUTH token; absent: anybody may log in. */
  readonly token?: string;
  /** Its user groups. Default: none. */
  readonly userGroups?: readonly string[];
  /** Which tokens SET takes; the documentation can be read in both ways. Default: `newest`. */
  readonly setTakes?: "newest" | "any";
  /** Really changes the tokens. Default: nothing happens. */
  setTokens?(tokens: readonly string[]): Promise<unknown>;
}

export interface ReplicationGroupTaps {
  addGroup(group: ReplicationGroupDefinition): void;
  /** E.g. `snapshotting`. */
  setStatus(id: string, status: string): void;
  /** By hand, on the servers: these are its tokens, the newest at the end. */
  setTokens(id: string, tokens: readonly string[]): void;
  /** Resolves when the servers have every change so far. */
  caughtUp(): Promise<void>;
}

export interface ReplicationGroup {
  readonly definition: ReplicationGroupDefinition;
  status: string;
  /** One or two, the newest at the end; none: it is open. */
  tokens: readonly string[];
  /** Of the newest token: when it was asked for. */
  changedAt: Date;
  /** Whether the newest came by ROTATE. */
  isRotated: boolean;
  /** What is under way. */
  pending?: "ROTATING" | "SETTING" | undefined;
}

/** The replication groups of an account, as far as their AUTH tokens go. Disposing of it ends changes that are under way. */
export class ReplicationGroups implements ReplicationGroupTaps, Disposable {
  readonly home: { readonly region: string; readonly accountId: string };
  readonly all: ReplicationGroup[] = [];
  readonly #changes: LaterChanges;

  constructor(home: ReplicationGroups["home"], timing: AclUserTiming) {
    this.home = home;
    this.#changes = new LaterChanges(timing);
  }

  addGroup(definition: ReplicationGroupDefinition): void {
    const { token } = definition;
    const tokens = token === undefined ? [] : [token];
    const changedAt = new Date(0);
    this.all.push({ definition, status: "available", tokens, changedAt, isRotated: false });
  }

  setStatus(id: string, status: string): void {
    for (const group of this.all) if (group.definition.id === id) group.status = status;
  }

  setTokens(id: string, tokens: readonly string[]): void {
    for (const group of this.all)
      if (group.definition.id === id) {
        group.tokens = tokens;
        group.isRotated = tokens.length > 1;
      }
  }

  find(id: string): ReplicationGroup {
    const found = this.all.find(({ definition }) => definition.id === id.toLowerCase());
    if (found) return found;
    throw new AwsError("ReplicationGroupNotFoundFault", `ReplicationGroup ${id} not found.`, 404);
  }

  /**
   * Takes place later. ROTATE keeps the newest token beside the new one. SET takes the newest alone, and only after a ROTATE,
   * but for a group without a token (user guide, "Modifying the AUTH token"; the last by hashicorp/terraform-provider-aws,
   * whose acceptance test does it).
   */
  change(group: ReplicationGroup, strategy: "ROTATE" | "SET", token: string): void {
    const { status, tokens, definition } = group;
    if (status !== "available")
      throw new AwsError(
        "InvalidReplicationGroupState",
        `Replication group must be in available state; it is ${status}.`,
      );
    if (!/^[A-Za-z0-9!&#$^<>-]{16,128}$/.test(token))
      throw new AwsError(
        "InvalidParameterValue",
        "Invalid AuthToken provided. Must be 16-128 printable characters.",
      );
    const newest = tokens.at(-1);
    const isFree = newest === undefined || definition.setTakes === "any";
    if (strategy === "SET" && !isFree && !(group.isRotated && token === newest))
      throw new AwsError(
        "InvalidParameterValue",
        "The AUTH token must be the one that was rotated last.",
      );
    const kept = strategy === "ROTATE" && newest !== undefined && newest !== token ? [newest] : [];
    group.tokens = [...kept, token];
    group.isRotated = group.isRotated || strategy === "ROTATE";
    group.changedAt = new Date();
    group.status = "modifying";
    group.pending = strategy === "ROTATE" ? "ROTATING" : "SETTING";
    const made = group.tokens;
    this.#changes.begin({
      make: () => definition.setTokens?.(made),
      end() {
        group.pending = undefined;
        if (group.status === "modifying") group.status = "available";
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
