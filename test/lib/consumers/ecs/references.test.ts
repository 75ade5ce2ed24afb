import { describe, expect, it } from "vitest";
import {
  type Container,
  findOverridden,
  findReferences,
  type TaskDefinition,
} from "../../../../lib/consumers/ecs/references.ts";

const prefix = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:";
const secret = {
  arn: `${prefix}production/database/primary-AbC1eF`,
  name: "production/database/primary",
};
const other = { arn: `${prefix}production/database-XyZ9aB`, name: "production/database" };
const container: Container = { name: "web", environment: [], secrets: [], secretOptions: [] };
const definition = (more: Partial<Container>): TaskDefinition => ({
  arn: "arn:aws:ecs:eu-west-1:123456789012:task-definition/web:1",
  containers: [{ ...container, ...more }],
});
const found = (more: Partial<Container>) => findReferences(definition(more), [secret, other]);
const injected = (valueFrom: string) => found({ secrets: [{ name: "DB", valueFrom }] });

describe("a reference to a secret", () => {
  it.each([
    ["full ARN", secret.arn],
    ["partial ARN", `${prefix}production/database/primary`],
    ["name", secret.name],
    ["JSON key", `${secret.arn}:password::`],
    ["JSON key and AWSCURRENT", `${secret.arn}:password:AWSCURRENT:`],
    ["partial ARN with a JSON key", `${prefix}production/database/primary:password::`],
    ["through Parameter Store, by name", `/aws/reference/secretsmanager/${secret.name}`],
    [
      "through Parameter Store, by ARN",
      `arn:aws:ssm:eu-west-1:123456789012:parameter/aws/reference/secretsmanager/${secret.name}`,
    ],
  ])("is found by %s", (_name, valueFrom) => {
    const field = valueFrom.includes(":password:") ? { field: "password" } : {};
    expect(injected(valueFrom)).toEqual([
      { secret: secret.arn, where: "secrets DB of container web", ...field },
    ]);
  });

  it.each([
    [
      "a version id",
      `${secret.arn}:password::0f6a1f3e-0000-4000-8000-1234567890ab`,
      "0f6a1f3e-0000-4000-8000-1234567890ab",
    ],
    ["a version id without a key", `${secret.arn}:::v1`, "v1"],
    ["another label", `${secret.arn}:password:AWSPREVIOUS:`, "AWSPREVIOUS"],
  ])("is told to be pinned to %s", (_name, valueFrom, pinned) => {
    expect(injected(valueFrom)).toEqual([expect.objectContaining({ secret: secret.arn, pinned })]);
  });

  it.each([
    ["another secret that begins alike", `${prefix}production/database/primary2-AbC1eF`],
    ["another account", secret.arn.replace("123456789012", "210987654321")],
    ["a parameter", "arn:aws:ssm:eu-west-1:123456789012:parameter/production/database/primary"],
    ["what has more parts than a reference", `${secret.arn}:password:AWSCURRENT:v1:more`],
    ["nothing", ""],
  ])("is not %s", (_name, valueFrom) => {
    expect(injected(valueFrom)).toEqual([]);
  });

  it("is found in log options, registry credentials and the environment, with the reason", () => {
    const references = found({
      secretOptions: [{ name: "splunk-token", valueFrom: secret.arn }],
      credentialsParameter: secret.name,
      environment: [
        { name: "AWS_SECRETS_NAME", value: secret.name },
        { name: "SECRET_ARN", value: secret.arn },
        { name: "NOTE", value: "see the guide" },
      ],
    });
    expect(references.map(({ where }) => where)).toEqual([
      "secretOptions splunk-token of container web",
      "repositoryCredentials of container web",
      "environment AWS_SECRETS_NAME of container web",
      "environment SECRET_ARN of container web",
    ]);
    expect(references.map(({ reads }) => reads)).toEqual([undefined, undefined, true, true]);
    expect(references.map(({ possible }) => possible)).toEqual(references.map(() => undefined));
  });

  const forms: [form: string, value: string][] = [
    ["name", secret.name],
    ["full ARN", secret.arn],
    ["partial ARN", `${prefix}${secret.name}`],
    ["full ARN with a key", `${secret.arn}:password::`],
    ["partial ARN with a key", `${prefix}${secret.name}:password::`],
    ["full ARN pinned to a label", `${secret.arn}::AWSPREVIOUS:`],
    ["Parameter Store", `/aws/reference/secretsmanager/${secret.name}`],
  ];
  const places: [place: string, put: (value: string) => Partial<Container>, kind: object][] = [
    ["secrets", (valueFrom) => ({ secrets: [{ name: "X", valueFrom }] }), {}],
    ["secretOptions", (valueFrom) => ({ secretOptions: [{ name: "X", valueFrom }] }), {}],
    ["repositoryCredentials", (credentialsParameter) => ({ credentialsParameter }), {}],
    ["environment", (value) => ({ environment: [{ name: "X", value }] }), { reads: true }],
    [
      "command",
      (value) => ({ texts: [{ name: "command", value }] }),
      { reads: true, possible: true },
    ],
  ];
  describe.each(places)("in %s", (_place, put, kind) => {
    it.each(forms)("is found by its %s", (_form, value) => {
      const [reference, ...more] = found(put(value));
      expect(more).toEqual([]);
      expect(reference).toMatchObject({ secret: secret.arn, ...kind });
      if (value.includes("AWSPREVIOUS") && !("possible" in kind))
        expect(reference).toMatchObject({ pinned: "AWSPREVIOUS" });
    });
  });

  it("is found in the credentials of a volume", () => {
    const volumes = [{ name: "share", valueFrom: secret.arn }];
    expect(findReferences({ ...definition({}), volumes }, [secret, other])).toEqual([
      { secret: secret.arn, where: "authorizationConfig of volume share" },
    ]);
  });

  it("is possible where a part of a value or command mentions it", () => {
    const references = found({
      environment: [{ name: "CONFIG", value: `{"secret":"${secret.name}"}` }],
      texts: [{ name: "entryPoint", value: `run --secret=${secret.arn}` }],
    });
    expect(references).toEqual([
      {
        secret: secret.arn,
        where: "environment CONFIG of container web",
        reads: true,
        possible: true,
      },
      { secret: secret.arn, where: "entryPoint of container web", reads: true, possible: true },
    ]);
  });

  it("is not a short name in a command, or ahead of a port", () => {
    const short = { arn: `${prefix}app-AbC1eF`, name: "app" };
    const texts = [{ name: "command", value: "app" }];
    const environment = [{ name: "UPSTREAM", value: "app:8080" }];
    expect(findReferences(definition({ texts, environment }), [short])).toEqual([]);
  });

  describe("by way of a parameter that mirrors it", () => {
    const parameters = ["/clip-it/mongodb-url", "plain"];
    const mirrored = (more: Partial<Container>) =>
      findReferences(definition(more), [{ ...secret, parameters }, other]);
    const arn = "arn:aws:ssm:eu-west-1:123456789012:parameter";

    it.each([
      ["name", "/clip-it/mongodb-url", "/clip-it/mongodb-url"],
      ["ARN", `${arn}/clip-it/mongodb-url`, "/clip-it/mongodb-url"],
      ["name without a slash", "plain", "plain"],
      ["ARN of a name without a slash", `${arn}/plain`, "plain"],
    ])("is found by its %s", (_what, valueFrom, parameter) => {
      const where = "secrets URL of container web";
      expect(mirrored({ secrets: [{ name: "URL", valueFrom }] })).toEqual([
        { secret: secret.arn, parameter, where },
      ]);
      const environment = [{ name: "URL", value: valueFrom }];
      expect(mirrored({ environment })).toMatchObject([{ parameter, secret: secret.arn }]);
      const secretOptions = [{ name: "URL", valueFrom: `${valueFrom}:3` }];
      expect(mirrored({ secretOptions })).toMatchObject([{ parameter, pinned: "3" }]);
    });

    it.each([
      "/clip-it/mongodb-url-2",
      "/clip-it",
      "clip-it/mongodb-url",
      "/plain",
      `${arn}//clip-it/mongodb-url`,
      `${arn.replace("ssm", "s3")}/plain`,
      `${arn.replace("123456789012", "210987654321")}/plain`,
      `${arn.replace("eu-west-1", "eu-west-2")}/plain`,
    ])("is not %s", (valueFrom) => {
      expect(mirrored({ secrets: [{ name: "URL", valueFrom }] })).toEqual([]);
    });
  });

  it("is found in what was changed for one task", () => {
    const environment = [{ name: "SECRET", value: secret.name }];
    const texts = [{ name: "command", value: `run ${other.arn}` }];
    expect(findOverridden([{ name: "web", environment, texts }], [secret, other])).toEqual([
      {
        secret: secret.arn,
        where: "environment SECRET in the overrides of container web",
        reads: true,
      },
      {
        secret: other.arn,
        where: "command in the overrides of container web",
        reads: true,
        possible: true,
      },
    ]);
  });

  it("is found by its ARN in the environment, also where its name is arn", () => {
    const odd = { arn: `${prefix}arn-AbC1eF`, name: "arn" };
    const environment = [{ name: "SECRET", value: odd.arn }];
    const references = findReferences(definition({ environment }), [odd]);
    expect(references.map(({ possible }) => possible)).toEqual([undefined]);
  });

  it("tells secrets apart", () => {
    const environment = [{ name: "A", value: other.name }];
    expect(found({ environment }).map((each) => each.secret)).toEqual([other.arn]);
  });
});
