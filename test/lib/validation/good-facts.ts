import type { ReaderFacts } from "../../../lib/consumers/ecs/facts.ts";
import { consumersOfSecret, type Readers } from "../../../lib/consumers/ecs/findings.ts";
import type { SecretEntry } from "../../../lib/manifest/manifest.ts";
import { type LoginFacts, loginFacts, type Target } from "../../../lib/rotators/login/findings.ts";
import type { LoginSpec } from "../../../lib/rotators/login/login.ts";
import { defaultPolicy } from "../../../lib/rotators/login/password.ts";
import { strategyTraits } from "../../../lib/rotators/login/traits.ts";
import type { SecretState } from "../../../lib/secret/store.ts";
import type { CredentialFacts } from "../../../lib/validation/checks.ts";
import type { Facts, SecretFacts } from "../../../lib/validation/facts.ts";

export const now = new Date("2027-02-03T12:00:00Z");
export const name = "production/database/primary";
export const adminName = "production/database/admin";
const arn = `arn:aws:secretsmanager:eu-central-1:123456789012:secret:${name}-AbCdEf`;
export const clusterArn = (cluster: string) =>
  `arn:aws:ecs:eu-central-1:123456789012:cluster/${cluster}`;
export const functionArn = (functionName: string) =>
  `arn:aws:lambda:eu-central-1:123456789012:function:${functionName}`;

export const spec: LoginSpec = {
  type: "postgres",
  strategy: "alternating-users",
  traits: strategyTraits["alternating-users"],
  admin: { secret: adminName },
  fields: {},
  connection: {},
  urls: [],
  passwordForm: "verifier",
  password: defaultPolicy,
};

export const entry: SecretEntry = {
  schedule: { expression: "rate(90 days)" },
  consumers: { clusters: ["production"] },
  grace: 0,
  consumersComplete: true,
  deadline: 86_400_000,
  credentials: [spec],
  place: "network",
};

export function state(more: Partial<SecretState> = {}): SecretState {
  return {
    arn,
    name,
    tags: new Map(),
    versions: new Map([["v1", ["AWSCURRENT"]]]),
    ...more,
  };
}

export const adminState = state({ arn: `${arn}x`, name: adminName });

export function target(more: Partial<Target> = {}): Target {
  return {
    host: "db.internal",
    port: 5432,
    username: "app",
    usernames: ["app", "app_clone"],
    fields: { username: "username", password: "password" },
    ...more,
  };
}

/** Of a login. */
export function credential(more: Partial<LoginFacts> = {}): CredentialFacts {
  const who = { known: { host: "db.internal", port: 5432, username: "admin" } };
  return loginFacts(name, {
    spec,
    target: { known: target() },
    accepted: { known: true },
    rehearsal: { known: [] },
    admin: { secret: adminName, state: { known: adminState }, who },
    ...more,
  });
}

export function service(more: Partial<ReaderFacts> = {}): ReaderFacts {
  return {
    cluster: "production",
    name: "web",
    controller: "ECS",
    status: "ACTIVE",
    desiredCount: 2,
    references: ["username", "password"].map((field) => ({
      secret: arn,
      where: `secrets DB_${field.toUpperCase()} of container app`,
      field,
    })),
    tasks: [],
    ...more,
  };
}

/** What these mean for a secret whose consumers are looked for there. */
export const consumersOf = (
  readers: Partial<Readers>,
  scope = entry.consumers,
): SecretFacts["consumers"] => [consumersOfSecret({ services: [], tasks: [], ...readers }, scope)];

export function secret(more: Partial<SecretFacts> = {}): SecretFacts {
  return {
    name,
    entry,
    state: { known: state() },
    document: { known: true },
    credentials: [credential()],
    consumers: consumersOf({ services: [service()] }),
    ...more,
  };
}

/** A world in which nothing is wrong. */
export function facts(more: Partial<Facts> = {}): Facts {
  const secrets = more.secrets ?? [secret()];
  return {
    now,
    secrets,
    topic: { known: 1 },
    manifest: {
      stage: "production",
      secrets: Object.fromEntries(secrets.map((each) => [each.name, each.entry])),
      exempt: [],
    },
    consumerFindings: [],
    trails: {
      known: [
        {
          arn: "arn:aws:cloudtrail:eu-central-1:123456789012:trail/all",
          trail: { known: { isLogging: true, recordsRotations: true } },
        },
      ],
    },
    ...more,
  };
}
