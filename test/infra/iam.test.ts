import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readManifest } from "../../build/manifest-plugin.ts";
import { resources } from "../../infra/template.ts";
import { allows, statementsOfRole } from "./policy.ts";
import type { Template } from "./service.ts";

const folder = mkdtempSync(join(tmpdir(), "quarterturn-iam-"));
afterAll(() => rmSync(folder, { recursive: true }));

const facts = {
  "AWS::Partition": "aws-us-gov",
  "AWS::Region": "us-gov-west-1",
  "AWS::AccountId": "123456789012",
};
const userArn = (user: string) => `arn:aws-us-gov:iam::123456789012:user/${user}`;

/** The statements of the roles of a deployment of this manifest, by the name of the role. */
function rolesFor(text: string) {
  const file = join(folder, "rotation.yml");
  writeFileSync(file, text);
  const manifest = readManifest(file, "staging");
  const template = resources({ service: "quarterturn", stage: "staging", manifest });
  return (role: string) =>
    statementsOfRole({ Resources: template as Template["Resources"] }, role, facts);
}

const roles = rolesFor(`
secrets:
  "\${stage}/uploads": { credentials: [{ type: iam, user: "apps/\${stage}-uploads" }] }
  "\${stage}/mail": { credentials: [{ type: iam, user: mailer }] }
  "\${stage}/token": { credentials: [{ type: generated, format: hex, field: TOKEN }] }
`);

const may = (role: string, action: string, user: string, tagKeys?: readonly string[]) =>
  allows(roles(role), {
    action: `iam:${action}`,
    resource: userArn(user),
    context: tagKeys ? { "aws:TagKeys": tagKeys } : {},
  });

const [rotate, retire] = ["RotateApiKeyRole", "RetireApiKeyRole"];

describe("the roles of functions that rotate and retire access keys", () => {
  it.each([
    [rotate, ["ListAccessKeys", "GetAccessKeyLastUsed", "ListUserTags"]],
    [rotate, ["CreateAccessKey", "DeleteAccessKey"]],
    [retire, ["ListAccessKeys", "GetAccessKeyLastUsed", "ListUserTags"]],
    [retire, ["UpdateAccessKey", "DeleteAccessKey", "PutUserPolicy"]],
  ])("%s may do %s with the users of the manifest alone", (role, actions) => {
    for (const action of actions) {
      for (const user of ["apps/staging-uploads", "mailer"])
        expect(may(role, action, user), `${action} ${user}`).toBe(true);
      for (const user of ["administrator", "staging-uploads", "apps/mailer", "mailer-2"])
        expect(may(role, action, user), `${action} ${user}`).toBe(false);
    }
  });

  it("may not do each other's work, nor give a user rights in another way", () => {
    for (const action of ["UpdateAccessKey", "PutUserPolicy"])
      expect(may(rotate, action, "mailer"), action).toBe(false);
    for (const action of ["CreateAccessKey", "TagUser"])
      expect(may(retire, action, "mailer", ["AKIAEXAMPLE"]), action).toBe(false);
    for (const role of [rotate, retire])
      for (const action of ["AttachUserPolicy", "CreateLoginProfile", "AddUserToGroup"])
        expect(may(role, action, "mailer"), action).toBe(false);
  });

  it("may write tags that are ids of keys, or intents, and no other", () => {
    const intent = "quarterturn:creating:1a2b3c4d";
    expect(may(rotate, "TagUser", "mailer", [intent])).toBe(true);
    expect(may(rotate, "TagUser", "mailer", ["AKIAIOSFODNN7EXAMPLE"])).toBe(true);
    expect(may(rotate, "UntagUser", "mailer", [intent, "AKIAIOSFODNN7EXAMPLE"])).toBe(true);
    expect(may(retire, "UntagUser", "mailer", ["AKIAIOSFODNN7EXAMPLE"])).toBe(true);
    for (const role of [rotate, retire]) {
      expect(may(role, "UntagUser", "mailer", ["team"])).toBe(false);
      expect(may(role, "UntagUser", "mailer", [intent, "team"])).toBe(false);
      expect(may(role, "UntagUser", "mailer")).toBe(false);
    }
  });

  it("have one statement for all users", () => {
    const creating = roles(rotate).filter(({ Action }) => Action.includes("iam:CreateAccessKey"));
    expect(creating).toHaveLength(1);
    expect(creating[0]?.Resource).toHaveLength(2);
  });

  it("have no right on users where no secret holds an access key", () => {
    const others = rolesFor(
      "secrets: { '${stage}/token': { credentials: [{ type: generated, format: hex, field: TOKEN }] } }",
    );
    const actions = [rotate, retire].flatMap((role) =>
      others(role).flatMap(({ Action }) => Action),
    );
    expect(actions).toContain("secretsmanager:GetSecretValue");
    expect(actions.filter((action) => action.startsWith("iam:"))).toEqual([]);
  });
});
