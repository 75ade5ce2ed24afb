import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { compileManifest } from "../../../../lib/manifest/compile.ts";
import { typeList } from "../../../../lib/types.ts";
import { Parrot } from "./parrot.ts";
import { PresetAccount } from "./preset-account.ts";

/** The manifest and the preset that docs/write-a-preset.md shows. */
const [manifestText = "", presetText = ""] = [
  ...readFileSync("docs/write-a-preset.md", "utf8").matchAll(/```yaml\n([\s\S]*?)```/g),
].map(([, text]) => text);

let folder: string;
let account: PresetAccount;
let parrot: Parrot;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "quarterturn-preset-"));
  mkdirSync(join(folder, "providers"));
  writeFileSync(join(folder, "providers/parrot.yml"), presetText);
  writeFileSync(join(folder, "rotation.yml"), manifestText);
  const manifest = compileManifest(join(folder, "rotation.yml"), typeList, { stage: "production" });
  account = new PresetAccount(manifest, {
    api_key: "value-of-key_1",
    api_key_id: "key_1",
    note: "kept",
  });
  account.secrets.create("production/api-keys/parrot-admin", '{"token":"adm"}');
  parrot = new Parrot(account.clock);
  parrot.add("made by hand", ["read"]);
  for (const name of ["another team's", "a third"]) parrot.add(name, ["all"]);
});

afterEach(() => rmSync(folder, { recursive: true }));

const labels = () => parrot.existing.map(({ label }) => label);

/** Looks every minute, while something waits for it. @returns for how many minutes */
async function settled(): Promise<number> {
  for (let minute = 0; minute < 60; minute += 1) {
    if (!(await account.settle(parrot.transport))) return minute;
    account.clock.pass(60_000);
  }
  return Number.NaN;
}

describe("the preset of docs/write-a-preset.md", () => {
  it("rotates a key with the old one's rights, and leaves a foreign one to a person", async () => {
    await account.rotate("one", parrot.transport);
    expect(account.value).toMatchObject({
      api_key: "value-of-key_4",
      api_key_id: "key_4",
      note: "kept",
    });
    const created = parrot.existing.find(({ id }) => id === "key_4");
    expect(created?.scopes).toEqual(["read"]);
    expect(created?.label).toMatch(/^qt-parrot-[a-z2-7]{10}-[a-z2-7]{10}$/);
    expect(await settled()).toBeNaN();
    expect(labels()).toContain("made by hand");
    expect((await account.settle(parrot.transport))?.waiting).toContain(
      "https://app.parrot.example/keys",
    );
  });

  it("deletes a key of its own when it is unused, and proves for five minutes that it is refused", async () => {
    await account.rotate("one", parrot.transport);
    parrot.delete("key_1");
    account.clock.pass(600_000);
    expect(await settled()).toBeGreaterThanOrEqual(5);
    await account.rotate("two", parrot.transport);
    expect(account.value).toMatchObject({ api_key_id: "key_5" });
    // Three minutes accepted, then five refused.
    const minutes = await settled();
    expect(minutes).toBeGreaterThanOrEqual(8);
    expect(minutes).toBeLessThan(12);
    expect(labels()).toEqual(["another team's", "a third", expect.stringMatching(/^qt-parrot-/)]);
    expect(account.isSettled).toBe(true);
  });

  it("leaves nothing behind when the reply to a creation is lost", async () => {
    parrot.losesReply = true;
    await account.rotate("one", parrot.transport);
    expect(account.value).toMatchObject({ api_key_id: "key_5" });
    expect(parrot.existing.map(({ id }) => id)).toEqual(["key_1", "key_2", "key_3", "key_5"]);
    expect(account.warnings).toContainEqual(
      expect.stringContaining("deleted the key key_4 of Parrot"),
    );
  });

  it.each([
    ["other rights", ["all"]],
    // Which some providers take for all that there are.
    ["no rights", null],
  ])("promotes no key with %s", async (_, scopes) => {
    const { transport } = parrot;
    await expect(
      account.rotate("one", async (outgoing, signal) => {
        const copy = outgoing.method === "POST" && JSON.parse(outgoing.body?.toString() ?? "");
        const body = copy ? Buffer.from(JSON.stringify({ ...copy, scopes })) : outgoing.body;
        return transport({ ...outgoing, body }, signal);
      }),
    ).rejects.toMatchObject({ code: "KEY_DIFFERS", message: expect.stringContaining("rights") });
    expect(account.value).toMatchObject({ api_key_id: "key_1" });
  });
});
