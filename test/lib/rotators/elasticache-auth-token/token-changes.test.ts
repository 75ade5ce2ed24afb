import { describe, expect, it } from "vitest";
import { DeadlineReached } from "../../../../lib/context/deadline.ts";
import { AuthTokenBusy } from "../../../../lib/rotators/elasticache-auth-token/errors.ts";
import type {
  ReplicationGroup,
  ReplicationGroupState,
} from "../../../../lib/rotators/elasticache-auth-token/replication-group.ts";
import { TokenChanges } from "../../../../lib/rotators/elasticache-auth-token/token-changes.ts";
import { Secret } from "../../../../lib/secret/secret.ts";

const [old, next] = [new Secret("old"), new Secret("next")];
const anyTime = new AbortController().signal;

/** A group whose change goes on until so many looks have seen it. The server has each change at once. */
class Held implements ReplicationGroup {
  readonly name = "the ElastiCache replication group main";
  readonly asked: string[] = [];
  tokens = ["stranger", "old"];
  change: ReplicationGroupState["change"];
  looks = 0;
  /** How many looks a change lasts, and how many of them do not see it. */
  lasts = 3;
  unseen = 0;

  async describe(): Promise<ReplicationGroupState> {
    this.looks += 1;
    if (this.looks > this.lasts) this.change = undefined;
    const isSeen = this.change && this.looks > this.unseen;
    const shown = isSeen ? { status: "modifying", change: this.change } : { status: "available" };
    return { ...shown, hasToken: true, hasUsers: false, unchangedFor: 3_600_000 };
  }

  rotate = (token: Secret<string>) =>
    this.#begin("ROTATING", [this.tokens.at(-1) ?? "", token.reveal()]);

  set = (token: Secret<string>) => this.#begin("SETTING", [token.reveal()]);

  async #begin(change: "ROTATING" | "SETTING", tokens: string[]): Promise<void> {
    if (this.change) throw new AuthTokenBusy(this.name, "not available");
    Object.assign(this, { change, tokens, looks: 0 });
    this.asked.push(change);
  }
}

const changesOn = (group: Held) =>
  new TokenChanges(
    group,
    {
      address: "main:6379",
      accepts: async (token) => group.tokens.includes(token.reveal()),
    },
    async (_, signal) => {
      if (signal.aborted) throw new DeadlineReached();
    },
  );

describe("changes of AUTH tokens that take long", () => {
  it("does not ask for SET again where the function ran out of time meanwhile", async () => {
    const group = new Held();
    group.lasts = 30;
    await expect(changesOn(group).bring([old, next], AbortSignal.abort())).rejects.toMatchObject({
      code: "AUTH_TOKEN_BUSY",
      happened: expect.stringContaining("while its status is modifying"),
    });
    await changesOn(group).bring([old, next], anyTime);
    expect(group.asked).toEqual(["SETTING", "ROTATING"]);
    expect(group.tokens).toEqual(["old", "next"]);
  });

  it("goes on after a SET that the API shows late", async () => {
    const group = new Held();
    group.unseen = 2;
    group.lasts = 6;
    await changesOn(group).bring([old, next], anyTime);
    expect(group.asked).toEqual(["SETTING", "ROTATING"]);
  });

  it("ends nothing after a ROTATE that it has waited for, which servers may learn later", async () => {
    const group = new Held();
    await group.rotate(next);
    const changes = changesOn(group);
    expect(await changes.settled(anyTime)).toBe(true);
    await expect(changes.narrow([old], anyTime)).rejects.toMatchObject({
      code: "AUTH_TOKEN_BUSY",
      retryable: true,
    });
    expect(group.asked).toEqual(["ROTATING"]);
  });

  it("does not wait for its own SET for long at retirement", async () => {
    const group = new Held();
    group.lasts = 1000;
    await expect(changesOn(group).narrow([old], anyTime)).rejects.toMatchObject({
      code: "AUTH_TOKEN_BUSY",
    });
    expect(group.looks).toBeLessThan(20);
    expect(group.asked).toEqual(["SETTING"]);
  });
});
