import { expect, it } from "vitest";
import { isOfVersion2, smtpPassword } from "../../../../lib/rotators/iam/smtp.ts";
import { Secret } from "../../../../lib/secret/secret.ts";

/** hashicorp/terraform-provider-aws, internal/service/iam/access_key_test.go. */
it.each([
  ["eu-central-1", "some+secret+key", "BMXhUYlu5Z3gSXVQORxlVa7XPaz91aGWdfHxvkOZdWZ2"],
  ["eu-central-1", "another+secret+key", "BBbphbrQmrKMx42d1N6+C7VINYEBGI5v9VsZeTxwskfh"],
  ["us-west-1", "some+secret+key", "BH+jbMzper5WwlwUar9E1ySBqHa9whi0GPo+sJ0mVYJj"],
  ["us-west-1", "another+secret+key", "BKVmjjMDFk/qqw8EROW99bjCS65PF8WKvK5bSr4Y6EqF"],
])("in %s the password of %s is %s", (region, secret, password) => {
  const made = smtpPassword(new Secret(secret), region);
  expect(made.reveal()).toBe(password);
  expect(isOfVersion2(made)).toBe(false);
});

it("knows a password of version 2 by its first byte", () => {
  const old = Buffer.concat([Buffer.of(2), Buffer.alloc(32, 7)]).toString("base64");
  expect(old.startsWith("A")).toBe(true);
  expect(isOfVersion2(new Secret(old))).toBe(true);
});
