import { describe, expect, it } from "vitest";
import {
  cachingSha2Hash,
  hasCachingSha2Hash,
  roundsOf,
} from "../../../../lib/rotators/mysql/caching-sha2.ts";
import { Secret } from "../../../../lib/secret/secret.ts";

/** As MySQL 9.7.4 stored it: CREATE USER … IDENTIFIED BY 'correct horse battery staple'. */
const stored = {
  password: "correct horse battery staple",
  hash: "244124303041240A5204347201676843765261204257423963566B48717237365743744F302E7548526F7064746E3259346B532E51744F635051496C55485A355978624A7233",
};

describe("a hash of caching_sha2_password", () => {
  it("is the server's own", () => {
    const hash = Buffer.from(stored.hash, "hex");
    expect(hasCachingSha2Hash(new Secret(stored.password), hash)).toBe(true);
    expect(hasCachingSha2Hash(new Secret(`${stored.password}x`), hash)).toBe(false);
    expect(roundsOf(hash)).toBe(10_000);
  });

  it.each(["", "a", "пароль密码🔑", "x".repeat(300)])("is made and recognised of %j", (text) => {
    const password = new Secret(text);
    const [one, other] = [cachingSha2Hash(password), cachingSha2Hash(password, 10_000)];
    expect([roundsOf(one), roundsOf(other)]).toEqual([5000, 10_000]);
    expect([one, other].map((hash) => hasCachingSha2Hash(password, hash))).toEqual([true, true]);
    expect(hasCachingSha2Hash(new Secret(`${text}x`), one)).toBe(false);
  });

  it("has a salt of its own, of characters that crypt has", () => {
    const password = new Secret("the same");
    const salts = [0, 1].map(() => cachingSha2Hash(password).toString("latin1", 7, 27));
    expect(salts[0]).not.toBe(salts[1]);
    for (const salt of salts) expect(salt).toMatch(/^[./0-9A-Za-z]{20}$/);
  });

  it.each(["", "*6BB4837EB74329105EE4568DDA7DC67ED2CA2AD9", "$A$005$short"])(
    "is not recognised in %j",
    (text) => {
      expect(roundsOf(Buffer.from(text))).toBeUndefined();
      expect(hasCachingSha2Hash(new Secret("any"), Buffer.from(text))).toBe(false);
    },
  );
});
