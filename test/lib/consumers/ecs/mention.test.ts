import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mentions } from "../../../../lib/consumers/ecs/mention.ts";

const prefix = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:";
const secret = (name: string) => ({ arn: `${prefix}${name}-AbC1eF`, name });

describe("a text mentions a secret", () => {
  it.each([
    ["by its ARN", "app", `fetch ${prefix}app-AbC1eF now`],
    ["by its ARN with a key", "app", `{"from":"${prefix}app-AbC1eF:password::"}`],
    ["by its partial ARN", "app", `--secret-id=${prefix}app --query x`],
    ["by the ARN of a replica", "app", `${prefix.replace("eu-west-1", "us-east-1")}app-AbC1eF `],
    ["by its name with a slash", "a/b", "aws secretsmanager get-secret-value --secret-id a/b"],
    ["by a long name", "app-database", "SECRET=app-database exec server"],
    ["by its name in JSON", "production/db", '{"secret":"production/db","key":"password"}'],
    ["by its name in a list", "production/db", "production/cache,production/db,x"],
    ["by its name at the end of a sentence", "production/db", "see production/db."],
    ["by its name with a JSON key", "production/db", "production/db:password::"],
    ["by its name in a URL", "production/db", "secretsmanager://production/db?key=password"],
    [
      "by its name through Parameter Store",
      "production/db",
      "get /aws/reference/secretsmanager/production/db",
    ],
    ["the second time", "production/db", "production/db-2 production/db"],
    ["by a name with characters of regular expressions", "a+b/c.d", "x=a+b/c.d"],
  ])("%s", (_, name, text) => {
    expect(mentions(text, secret(name))).toBe(true);
  });

  it.each([
    ["a short name", "app", "app --name app=app"],
    ["a short name of eleven characters", "application", "run application"],
    ["a longer word", "production/db", "production/db2"],
    ["another name that begins alike", "production/db", "production/db-replica production/db_2"],
    ["a longer path", "production/db", "s3://bucket/production/db"],
    ["a path below it", "production/db", "production/db/schema.sql"],
    ["a file", "production/db", "production/db.sql"],
    ["a subdomain", "app-database", "app-database.internal www.app-database"],
    ["the ARN of another secret", "app", `${prefix}app-2-AbC1eF`],
    [
      "the ARN in another account",
      "production/db",
      `${prefix.replace("123456789012", "210987654321")}production/db`,
    ],
    ["nothing", "production/db", ""],
  ])("not by %s", (_, name, text) => {
    expect(mentions(text, secret(name))).toBe(false);
  });

  const alphabet = "ABCabc019/_+=.@-".split("");
  const letters = (characters: readonly string[], minLength: number, maxLength: number) =>
    fc.array(fc.constantFrom(...characters), { minLength, maxLength }).map((all) => all.join(""));
  const names = letters(alphabet, 12, 20).filter((name) => /^\w.*\w$/.test(name));
  const others = letters([..." \"',;:(){}[]$|<>\n\t"], 0, 5);

  it("by every distinctive name as a token", () => {
    fc.assert(
      fc.property(names, others, others, (name, before, after) => {
        expect(mentions(`${before}${name}${after}`, secret(name))).toBe(true);
      }),
    );
  });

  it("never by a part of a longer word", () => {
    const joined = letters([..."abcXYZ019_-"], 1, 5);
    fc.assert(
      fc.property(names, joined, fc.boolean(), (name, more, isBefore) => {
        const text = isBefore ? more + name : name + more;
        fc.pre(text.indexOf(name) === text.lastIndexOf(name));
        expect(mentions(text, secret(name))).toBe(false);
      }),
    );
  });
});
