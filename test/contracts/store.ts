import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { Secret } from "../../lib/secret/secret.ts";
import type { SecretStore } from "../../lib/secret/store.ts";

/** A place in which a store can be tried. */
export interface StoreBench {
  readonly store: SecretStore;
  /** A secret with a value that is AWSCURRENT. @returns its ARN and that version */
  create(text: string): Promise<{ arn: string; name: string; version: string }>;
  /** By hand: a further version with these labels. @returns its id */
  put(arn: string, text: string, labels: readonly string[]): Promise<string>;
  /** Schedules the deletion. */
  remove(arn: string): Promise<void>;
  /** Lets some time pass. */
  wait(): Promise<void>;
}

/** What rotations and settlement rely on (`lib/secret/store.ts`). */
export function storeContract(name: string, open: () => Promise<StoreBench>): void {
  describe(`${name} as a store of secrets`, () => {
    let bench: StoreBench;
    beforeAll(async () => {
      bench = await open();
    });

    const soon = () => AbortSignal.timeout(10_000);
    const labels = async (arn: string) =>
      Object.fromEntries((await bench.store.describe(arn, soon())).versions);
    const pending = (arn: string, token: string, text: string) => ({
      secretId: arn,
      token,
      text: new Secret(text),
      labels: ["AWSPENDING", "MINE"],
    });

    it("describes by name and ARN, with labelled versions only", async () => {
      const { arn, name, version } = await bench.create("one");
      const other = await bench.put(arn, "two", ["AWSPENDING"]);
      await bench.put(arn, "three", ["AWSPENDING"]);
      for (const id of [arn, name])
        expect(await bench.store.describe(id, soon())).toMatchObject({ arn, name });
      expect(Object.keys(await labels(arn))).toContain(version);
      expect(Object.keys(await labels(arn))).not.toContain(other);
    });

    it("reads a version, AWSCURRENT with its version's id, and nothing that is not there", async () => {
      const { arn, version } = await bench.create("one");
      await bench.put(arn, "two", ["AWSPENDING"]);
      expect((await bench.store.read(arn, version, soon()))?.reveal()).toBe("one");
      const current = await bench.store.current(arn, soon());
      expect([current?.versionId, current?.text.reveal()]).toEqual([version, "one"]);
      expect(await bench.store.read(arn, randomUUID(), soon())).toBeUndefined();
      expect(await bench.store.current(`none/${randomUUID()}`, soon())).toBeUndefined();
    });

    it("gives a version its value once", async () => {
      const { arn } = await bench.create("one");
      const token = randomUUID();
      expect(await bench.store.putPending(pending(arn, token, "two"), soon())).toBe("created");
      expect(await bench.store.putPending(pending(arn, token, "two"), soon())).toBe("created");
      expect(await bench.store.putPending(pending(arn, token, "three"), soon())).toBe("exists");
      expect((await bench.store.read(arn, token, soon()))?.reveal()).toBe("two");
      expect((await labels(arn))[token]?.toSorted()).toEqual(["AWSPENDING", "MINE"]);
    });

    it("moves AWSCURRENT from where it is, and AWSPREVIOUS follows", async () => {
      const { arn, version } = await bench.create("one");
      const to = await bench.put(arn, "two", ["AWSPENDING"]);
      const move = { secretId: arn, label: "AWSCURRENT", from: version, to };
      expect(await bench.store.moveLabel(move, soon())).toBe("moved");
      expect(await bench.store.moveLabel(move, soon())).toBe("elsewhere");
      expect(await labels(arn)).toMatchObject({ [version]: ["AWSPREVIOUS"] });
      expect((await labels(arn))[to]).toContain("AWSCURRENT");
    });

    it("attaches a label that sits nowhere, again, and not one that sits elsewhere", async () => {
      const { arn, version } = await bench.create("one");
      const to = await bench.put(arn, "two", ["AWSPENDING"]);
      const attach = { secretId: arn, label: "RETIRING", to: version };
      expect(await bench.store.moveLabel(attach, soon())).toBe("moved");
      expect(await bench.store.moveLabel(attach, soon())).toBe("moved");
      expect(await bench.store.moveLabel({ ...attach, to }, soon())).toBe("elsewhere");
    });

    it("removes a label from where it is only", async () => {
      const { arn, version } = await bench.create("one");
      const other = await bench.put(arn, "two", ["AWSPENDING"]);
      await bench.store.moveLabel({ secretId: arn, label: "RETIRING", to: version }, soon());
      const remove = { secretId: arn, label: "RETIRING" };
      expect(await bench.store.moveLabel({ ...remove, from: other }, soon())).toBe("elsewhere");
      expect(await bench.store.moveLabel({ ...remove, from: version }, soon())).toBe("moved");
      expect(await labels(arn)).toMatchObject({ [version]: ["AWSCURRENT"] });
    });

    it("takes 20 labels and no more", async () => {
      const { arn, version } = await bench.create("one");
      const attach = (label: string) =>
        bench.store.moveLabel({ secretId: arn, label, to: version }, soon());
      for (let count = 1; count < 20; count += 1) await attach(`L${count}`);
      await expect(attach("one-too-many")).rejects.toMatchObject({ code: "AWS_CALL_FAILED" });
      expect(await attach("L1")).toBe("moved");
    });

    it("remembers tags, and overwrites them", async () => {
      const { arn } = await bench.create("one");
      await bench.store.tag(arn, "key", "1", soon());
      await bench.store.tag(arn, "key", "2", soon());
      expect((await bench.store.describe(arn, soon())).tags).toEqual(new Map([["key", "2"]]));
    });

    it("lists versions without a label, newest first, and says when one was made", async () => {
      const { arn, version } = await bench.create("one");
      const made: string[] = [];
      for (const text of ["two", "three", "four"]) {
        await bench.wait();
        made.push(await bench.put(arn, text, ["AWSPENDING"]));
      }
      expect(await bench.store.unlabelled(arn, soon())).toEqual([made[1], made[0]]);
      const [first, second] = await Promise.all(
        [version, made[0] ?? ""].map((id) => bench.store.madeAt(arn, id, soon())),
      );
      expect(Number(second)).toBeGreaterThan(Number(first));
      expect(await bench.store.madeAt(arn, randomUUID(), soon())).toBeUndefined();
    });

    it("describes a secret that is to be deleted, and changes nothing of it", async () => {
      const { arn, version } = await bench.create("one");
      await bench.remove(arn);
      expect((await bench.store.describe(arn, soon())).deletedAt).toBeInstanceOf(Date);
      const failed = { code: "AWS_CALL_FAILED", retryable: false };
      for (const call of [
        () => bench.store.read(arn, version, soon()),
        () => bench.store.putPending(pending(arn, randomUUID(), "two"), soon()),
        () => bench.store.moveLabel({ secretId: arn, label: "X", to: version }, soon()),
        () => bench.store.tag(arn, "key", "1", soon()),
      ])
        await expect(call()).rejects.toMatchObject(failed);
    });

    it("says of a secret that is not there that it is absent", async () => {
      await expect(bench.store.describe(`none/${randomUUID()}`, soon())).rejects.toMatchObject({
        code: "AWS_CALL_FAILED",
        isAbsent: true,
      });
    });

    it("does nothing when the time is over", async () => {
      const { arn } = await bench.create("one");
      await expect(bench.store.describe(arn, AbortSignal.abort())).rejects.toMatchObject({
        code: "DEADLINE",
      });
    });
  });
}
