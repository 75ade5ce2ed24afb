import { describe, expect, it } from "vitest";
import { AwsCallFailed } from "../../../lib/aws-call-failed.ts";
import { accountFindings } from "../../../lib/consumers/ecs/cluster-findings.ts";
import { ClusterUnreadable } from "../../../lib/consumers/ecs/errors.ts";
import { DeadlineReached } from "../../../lib/context/deadline.ts";
import { AdminKeyRefused, ProviderUnavailable } from "../../../lib/rotators/key/errors.ts";
import { keyFacts } from "../../../lib/rotators/key/findings.ts";
import type { KeyFindings } from "../../../lib/rotators/key/known-key.ts";
import { AdminRefused, AdminUnusable, roleMissing } from "../../../lib/rotators/login/errors.ts";
import type { LoginFacts } from "../../../lib/rotators/login/findings.ts";
import {
  LockBusy,
  LoginForbidden,
  PermissionDenied,
  ReadOnlyServer,
} from "../../../lib/rotators/login/server-errors.ts";
import { strategyTraits } from "../../../lib/rotators/login/traits.ts";
import { DnsFailed, TlsFailed, Unreachable } from "../../../lib/rotators/login/transport-errors.ts";
import { FieldMissing, SecretNotJson } from "../../../lib/secret/errors.ts";
import type { Facts, SecretFacts } from "../../../lib/validation/facts.ts";
import { ofManifest, ownCodes } from "../../../lib/validation/finding.ts";
import { findings } from "../../../lib/validation/findings.ts";
import {
  adminName,
  adminState,
  clusterArn,
  consumersOf,
  credential,
  entry,
  facts,
  functionArn,
  name,
  now,
  secret,
  service,
  spec,
  state,
  target,
} from "./good-facts.ts";

const caller = "the role of the watcher";
const complete =
  "rotation.yml says that these are all (consumers: complete), so the old credential is retired as soon as they have the new one.";

/** Of every case below: so that none of the codes is left without one. */
const seen = new Set<string>();

function found(all: Facts): string[] {
  return findings(all, caller)
    .filter(({ code }) => code !== "CONSUMERS")
    .map(({ severity, code, secret: about, what, remedy }) => {
      seen.add(code);
      expect(Boolean(remedy), what).toBe(severity !== "note");
      return `${severity} ${code}${about ? ` ${about}` : ""}: ${what}`;
    });
}

const ofSecret = (more: Partial<SecretFacts>) => found(facts({ secrets: [secret(more)] }));
const ofState = (more: Parameters<typeof state>[0]) => ofSecret({ state: { known: state(more) } });
const ofCredential = (more: Partial<LoginFacts>) => ofSecret({ credentials: [credential(more)] });
const denied = (call: string) =>
  new AwsCallFailed(call, name, {
    failure: "AccessDeniedException (HTTP 400)",
    retryable: false,
    remedy: "Allow it.",
  });
const key = "arn:aws:kms:eu-central-1:123456789012:key/1111";
const day = 86_400_000;
const ago = (ms: number) => new Date(now.getTime() - ms);

describe("a world in which nothing is wrong", () => {
  it("has nothing but a note on who consumes", () => {
    expect(findings(facts(), caller)).toEqual([
      {
        severity: "note",
        code: "CONSUMERS",
        secret: name,
        what: `Rolled after each rotation: 1 consumer (service production/web). ${complete}`,
      },
    ]);
  });
});

describe("a secret", () => {
  const absent = { known: undefined };
  it.each<[string, Partial<SecretFacts>, string[]]>([
    [
      "that is not there",
      { state: absent, document: undefined, credentials: [] },
      [`error SECRET_MISSING ${name}: There is no such secret in this account and Region.`],
    ],
    [
      "that is scheduled for deletion",
      { state: { known: state({ deletedAt: now }) }, document: undefined, credentials: [] },
      [`error SECRET_DELETED ${name}: It is scheduled for deletion (2027-02-03T12:00:00.000Z).`],
    ],
    [
      "that AWS rotates itself",
      { state: { known: state({ owningService: "rds" }) }, document: undefined, credentials: [] },
      [`error MANAGED_BY_AWS ${name}: The secret ${name} belongs to rds, which rotates it itself.`],
    ],
    [
      "that a partner rotates",
      { state: { known: state({ externalType: "Datadog" }) }, credentials: [] },
      [
        `error MANAGED_BY_AWS ${name}: The secret ${name} belongs to Datadog, which rotates it itself.`,
      ],
    ],
    [
      "without AWSCURRENT",
      { state: { known: state({ versions: new Map() }) }, document: { known: false } },
      [`error NO_CURRENT_VERSION ${name}: No version of the secret ${name} is AWSCURRENT.`],
    ],
    [
      "without a value",
      { document: { known: false }, credentials: [] },
      [`error NO_CURRENT_VERSION ${name}: No version of the secret ${name} is AWSCURRENT.`],
    ],
    [
      "that is no JSON",
      { document: { unknown: new SecretNotJson(`AWSCURRENT of ${name}`) }, credentials: [] },
      [`error SECRET_NOT_JSON ${name}: AWSCURRENT of ${name} is not a JSON object.`],
    ],
    [
      "whose value may not be read",
      { document: { unknown: denied("secretsmanager:GetSecretValue") }, credentials: [] },
      [
        `warning COULD_NOT_CHECK ${name}: Could not check its fields and credentials, because: secretsmanager:GetSecretValue on ${name} failed: AccessDeniedException (HTTP 400).`,
      ],
    ],
  ])("%s", (_, more, expected) => {
    const others = secret({ name: "other", credentials: [] });
    expect(found(facts({ secrets: [secret(more), others] }))).toEqual(expected);
  });

  it("that may not be looked at is not passed; where it is the only one, nothing was checked", () => {
    const state = { unknown: denied("secretsmanager:DescribeSecret") };
    const hidden = secret({ state, document: undefined, credentials: [] });
    const could = `warning COULD_NOT_CHECK ${name}: Could not check whether it exists and what is on it, because: secretsmanager:DescribeSecret on ${name} failed: AccessDeniedException (HTTP 400).`;
    expect(found(facts({ secrets: [hidden, secret({ name: "o", credentials: [] })] }))).toEqual([
      could,
    ]);
    expect(found(facts({ secrets: [hidden] }))).toEqual([
      could,
      `error NOTHING_CHECKED: None of the manifest's secrets could be checked: secretsmanager:DescribeSecret on ${name} failed: AccessDeniedException (HTTP 400).`,
    ]);
  });

  it.each<[string, Parameters<typeof state>[0], string[]]>([
    [
      "rotated by another function",
      { rotationEnabled: true, rotationFunction: functionArn("SecretsManagerRDSPostgreSQL") },
      [
        `warning ROTATED_ELSEWHERE ${name}: Another function rotates it: ${functionArn("SecretsManagerRDSPostgreSQL")}.`,
      ],
    ],
    [
      "rotated by another stage's",
      { rotationEnabled: true, rotationFunction: functionArn("quarterturn-dev-rotate-database") },
      [
        `warning ROTATED_ELSEWHERE ${name}: Another function rotates it: ${functionArn("quarterturn-dev-rotate-database")}.`,
      ],
    ],
    [
      "once rotated by another function",
      { rotationEnabled: false, rotationFunction: functionArn("other") },
      [],
    ],
    [
      "rotated by us",
      {
        rotationEnabled: true,
        rotationFunction: functionArn("quarterturn-production-rotate-database"),
      },
      [],
    ],
    [
      "rotated by our function of the other place, which the next deployment changes",
      {
        rotationEnabled: true,
        rotationFunction: functionArn("quarterturn-production-rotate-api-key"),
      },
      [],
    ],
    [
      "with AWSPENDING of another tool",
      {
        versions: new Map([
          ["v1", ["AWSCURRENT"]],
          ["v2", ["AWSPENDING"]],
        ]),
      },
      [
        `error PENDING_STUCK ${name}: AWSPENDING is on version v2, left over from another tool's rotation: Secrets Manager will refuse to start another rotation.`,
      ],
    ],
    [
      "with AWSPENDING of ours",
      {
        rotationFunction: functionArn("rotate-database"),
        versions: new Map([
          ["v1", ["AWSCURRENT"]],
          ["v2", ["AWSPENDING"]],
        ]),
      },
      [
        `warning ROTATION_UNDER_WAY ${name}: A rotation is in progress, or was abandoned: AWSPENDING is on version v2.`,
      ],
    ],
    [
      "with AWSPENDING left on AWSCURRENT",
      { versions: new Map([["v1", ["AWSCURRENT", "AWSPENDING"]]]) },
      [],
    ],
    [
      "that is being settled",
      {
        lastRotatedAt: ago(day / 2),
        versions: new Map([
          ["v2", ["AWSCURRENT"]],
          ["v1", ["AWSPREVIOUS", "RETIRING"]],
        ]),
      },
      [
        `warning UNSETTLED ${name}: The last rotation of ${name} is not settled: version v1 is still to be retired and consumers may hold its credential.`,
      ],
    ],
    [
      "that is not settled past its deadline",
      {
        lastRotatedAt: ago(2 * day),
        versions: new Map([
          ["v2", ["AWSCURRENT"]],
          ["v1", ["RETIRING"]],
        ]),
      },
      [expect.stringMatching(/^error UNSETTLED/)],
    ],
    [
      "that is not settled since nobody knows when",
      {
        versions: new Map([
          ["v2", ["AWSCURRENT"]],
          ["v1", ["RETIRING"]],
        ]),
      },
      [expect.stringMatching(/^error UNSETTLED/)],
    ],
    ["between its two labels", { versions: new Map([["v1", ["AWSCURRENT", "RETIRING"]]]) }, []],
  ])("%s", (_, more, expected) => {
    expect(ofState(more)).toEqual(expected);
  });

  it.each<[string, string | undefined, string | undefined, string[]]>([
    ["AWS's own on both sides", undefined, "alias/aws/secretsmanager", []],
    ["the same key", key, key, []],
    ["the same key, by its id", key, "1111", []],
    [
      "a key that the manifest does not say",
      undefined,
      key,
      [
        `error KMS_KEY_DIFFERS ${name}: It is encrypted with ${key}, but kmsKey in rotation.yml is not set, which means aws/secretsmanager: the functions could not decrypt it.`,
      ],
    ],
    [
      "a key that the secret does not have",
      key,
      undefined,
      [
        `error KMS_KEY_DIFFERS ${name}: It is encrypted with aws/secretsmanager, but kmsKey in rotation.yml is ${key}: the functions could not decrypt it.`,
      ],
    ],
    ["another key", key, `${key}2`, [expect.stringMatching(/^error KMS_KEY_DIFFERS/)]],
    ["another key, by its id", key, "2222", [expect.stringMatching(/^error KMS_KEY_DIFFERS/)]],
    [
      "an alias",
      key,
      "alias/app",
      [
        `warning COULD_NOT_CHECK ${name}: Could not check kmsKey, because the secret's key is set by an alias, alias/app.`,
      ],
    ],
  ])("encrypted with %s", (_, kmsKey, actual, expected) => {
    const entryOf = { ...entry, kmsKey };
    expect(ofSecret({ entry: entryOf, state: { known: state({ kmsKey: actual }) } })).toEqual(
      expected,
    );
  });
});

describe("a credential", () => {
  const at = "db.internal:5432";
  const user = `user app on ${at}`;
  const unreachable = new Unreachable(at, "timed out");
  it.each<[string, Partial<LoginFacts>, string[]]>([
    [
      "without a field",
      {
        target: { unknown: roleMissing(`AWSCURRENT of ${name}`, "host", ["host"]) },
        accepted: undefined,
        rehearsal: undefined,
      },
      [`error FIELD_MISSING ${name}: AWSCURRENT of ${name} has no host (looked for "host").`],
    ],
    [
      "that is refused",
      { accepted: { known: false } },
      [`error CREDENTIALS_REFUSED ${name}: ${at} refuses user app with AWSCURRENT.`],
    ],
    [
      "whose server is out of reach",
      { accepted: { unknown: unreachable }, rehearsal: undefined },
      [
        `warning COULD_NOT_CHECK ${name}: Could not check whether AWSCURRENT logs in as ${user}, because: No answer from ${at} (timed out).`,
      ],
    ],
    [
      "whose host does not resolve from here",
      { accepted: { unknown: new DnsFailed("db.internal") }, rehearsal: undefined },
      [expect.stringMatching(/^warning COULD_NOT_CHECK .* does not resolve\.$/)],
    ],
    [
      "whose server takes too long",
      { accepted: { unknown: new DeadlineReached() }, rehearsal: undefined },
      [
        `warning COULD_NOT_CHECK ${name}: Could not check whether AWSCURRENT logs in as ${user}, because: there was no answer in time.`,
      ],
    ],
    [
      "whose server is not trusted",
      { accepted: { unknown: new TlsFailed(at, "SELF_SIGNED_CERT") }, rehearsal: undefined },
      [`error TLS_FAILED ${name}: No verified TLS with ${at} (SELF_SIGNED_CERT).`],
    ],
    [
      "that may not log in at all",
      {
        accepted: { unknown: new LoginForbidden(at, "app", "3D000", "no database", false) },
        rehearsal: undefined,
      },
      [`error LOGIN_FORBIDDEN ${name}: ${at} does not let user app in (3D000: no database).`],
    ],
    [
      "whose server is full just now",
      {
        accepted: { unknown: new LoginForbidden(at, "app", "53300", "too many", true) },
        rehearsal: undefined,
      },
      [expect.stringMatching(/^warning COULD_NOT_CHECK .* \(53300: too many\)\.$/)],
    ],
    [
      "whose administrator lacks a right",
      { rehearsal: { unknown: new PermissionDenied(at, "admin", "alter app", "GRANT it.") } },
      [`error PERMISSION_DENIED ${name}: ${at}: user admin may not alter app.`],
    ],
    [
      "with what a rotation will remove, and with what it cannot carry",
      {
        rehearsal: {
          known: [
            { code: "PASSWORD_EXPIRES", what: "It expires.", remedy: "Run it." },
            { code: "SETTING_NOT_COPIED", what: "It is not given.", remedy: "Reset it." },
            { code: "OTHER_PASSWORD_ENDS", what: "It has another.", remedy: "Write it down." },
            { code: "ACCOUNT_MAY_LOCK", what: "It may lock.", remedy: "Raise it." },
            { code: "DEFINER_STAYS", what: "It made a view.", remedy: "Make it anew." },
          ],
        },
      },
      [
        `warning PASSWORD_EXPIRES ${name}: It expires.`,
        `warning SETTING_NOT_COPIED ${name}: It is not given.`,
        `warning OTHER_PASSWORD_ENDS ${name}: It has another.`,
        `warning ACCOUNT_MAY_LOCK ${name}: It may lock.`,
        `warning DEFINER_STAYS ${name}: It made a view.`,
      ],
    ],
    [
      "on a standby",
      { rehearsal: { unknown: new ReadOnlyServer(at) } },
      [expect.stringMatching(/^error READ_ONLY_SERVER/)],
    ],
    [
      "whose administrator is refused",
      { rehearsal: { unknown: new AdminRefused(adminName, at, "admin") } },
      [`error ADMIN_REFUSED ${name}: ${at} refuses the administrator admin of ${adminName}.`],
    ],
    [
      "that is being changed",
      { rehearsal: { unknown: new LockBusy(at, "change app", "pg_locks") } },
      [
        `warning COULD_NOT_CHECK ${name}: Could not check whether the password of ${user} may be changed, because: ${at} could not change app in time: another change of the same user is under way.`,
      ],
    ],
    [
      "whose administrator's secret is missing",
      {
        rehearsal: undefined,
        admin: {
          secret: adminName,
          state: { known: undefined },
          who: { unknown: new AdminUnusable(adminName, "does not exist", "Create it.") },
        },
      },
      [`error ADMIN_UNUSABLE ${name}: The admin secret ${adminName} does not exist.`],
    ],
    [
      "whose administrator's secret may not be read",
      {
        rehearsal: undefined,
        admin: {
          secret: adminName,
          state: { unknown: denied("secretsmanager:DescribeSecret") },
          who: { unknown: denied("secretsmanager:GetSecretValue") },
        },
      },
      [
        expect.stringMatching(/^warning COULD_NOT_CHECK .* the admin secret production/),
        expect.stringMatching(/^warning COULD_NOT_CHECK .* the KMS key of the admin secret/),
      ],
    ],
    [
      "whose administrator's secret has another key",
      {
        admin: {
          secret: adminName,
          state: { known: { ...adminState, kmsKey: key } },
          who: { known: undefined },
        },
      },
      [
        `error KMS_KEY_DIFFERS ${name}: The admin secret ${adminName} is encrypted with ${key}, but admin.kmsKey in rotation.yml is not set, which means aws/secretsmanager: the functions could not decrypt it.`,
      ],
    ],
    ...[
      "app.proxy-abc123.eu-central-1.rds.amazonaws.com",
      "r.endpoint.proxy-a1.eu-west-1.rds.amazonaws.com",
      "x.proxy-a1.cn-north-1.rds.amazonaws.com.cn",
    ].map((host): [string, Partial<LoginFacts>, string[]] => [
      `behind the proxy ${host}`,
      { target: { known: target({ host }) } },
      [expect.stringContaining(`warning RDS_PROXY ${name}: ${host} is an endpoint of RDS Proxy`)],
    ]),
    [
      "at a reader endpoint",
      {
        endpoint: {
          role: { known: { kind: "reader", of: "the RDS cluster c" } },
          proxies: { known: [] },
        },
      },
      [expect.stringContaining(`error RDS_READER ${name}: `)],
    ],
    [
      "with a proxy that has the same secret",
      { endpoint: { role: { known: undefined }, proxies: { known: ["pool"] } } },
      [expect.stringContaining(`warning RDS_PROXY_SECRET ${name}: The RDS proxy pool`)],
    ],
    [
      "behind no proxy",
      { target: { known: target({ host: "proxy-1.abc.eu-central-1.rds.amazonaws.com" }) } },
      [],
    ],
  ])("%s", (_, more, expected) => {
    expect(ofCredential(more)).toEqual(expected);
  });
});

describe("the same login", () => {
  const other = (more: Parameters<typeof target>[0]) =>
    secret({
      name: "other",
      state: { known: state({ name: "other" }) },
      credentials: [credential({ target: { known: target(more) } })],
    });

  it.each<[string, SecretFacts, string[]]>([
    [
      "in two secrets",
      other({ usernames: ["app"] }),
      [
        `error SAME_LOGIN ${name}: The same credential (user app on db.internal:5432) is in ${name} and in other: rotating it in one place leaves a dead value in the other.`,
      ],
    ],
    [
      "as the stand-in of the one and the owner of the other",
      other({ username: "app_clone", usernames: ["app_clone"] }),
      [expect.stringContaining("(user app_clone on db.internal:5432) is in")],
    ],
    [
      "in another spelling of the host",
      other({ host: "DB.internal", usernames: ["app"] }),
      [expect.stringMatching(/^error SAME_LOGIN/)],
    ],
    ["on another port", other({ port: 5433 }), []],
    ["of another user", other({ usernames: ["web", "web_clone"] }), []],
    [
      "as an administrator that is rotated",
      other({ username: "admin", usernames: ["admin"] }),
      [
        `error SAME_LOGIN other: The same credential (user admin on db.internal:5432) is in ${adminName} and in other: rotating it in one place leaves a dead value in the other.`,
      ],
    ],
  ])("%s", (_, second, expected) => {
    expect(found(facts({ secrets: [secret(), second] }))).toEqual(expected);
  });

  it("twice in one secret", () => {
    expect(ofSecret({ credentials: [credential(), credential()] })).toEqual([
      expect.stringContaining(
        `(user app on db.internal:5432 and user app_clone on db.internal:5432) is in ${name} (credential 1) and in ${name} (credential 2)`,
      ),
    ]);
  });

  it("of an administrator may be named by many, and rotate as itself", () => {
    const rotated = secret({
      name: adminState.arn,
      state: { known: adminState },
      credentials: [
        credential({
          target: { known: target({ username: "admin", usernames: ["admin"] }) },
          admin: undefined,
        }),
      ],
    });
    const third = other({ username: "web", usernames: ["web"] });
    expect(found(facts({ secrets: [secret(), third, rotated] }))).toEqual([]);
  });
});

describe("consumers", () => {
  const inPlace = credential({
    spec: { ...spec, strategy: "in-place", traits: strategyTraits["in-place"] },
  });
  const of = (...services: Parameters<typeof service>[0][]) => ({
    consumers: consumersOf({ services: services.map(service) }),
  });
  const task = (id: string, cluster: string) => ({
    id,
    createdAt: now,
    cluster,
    family: "job",
    references: reads,
  });
  const arn = state().arn;
  const reads = [
    { secret: arn, where: "environment SECRET of container app", reads: true as const },
  ];
  const mentioned = [
    { secret: arn, where: "command of container app", reads: true, possible: true } as const,
  ];
  const field = (taken: string) => ({
    secret: arn,
    where: `secrets X of container app`,
    field: taken,
  });

  it.each<[string, Partial<SecretFacts>, string[]]>([
    [
      "that are injected, in place",
      { credentials: [inPlace], ...of({ name: "web" }, { name: "jobs" }, { name: "api" }) },
      [
        `warning INJECTED_IN_PLACE ${name}: in-place with injected consumers: new connections of 3 consumers (service production/web, service production/jobs, service production/api) fail from each rotation until they are replaced.`,
      ],
    ],
    ["that read it, in place", { credentials: [inPlace], ...of({ references: reads }) }, []],
    ["that are asleep, in place", { credentials: [inPlace], ...of({ desiredCount: 0 }) }, []],
    [
      "that take the password without the user",
      of({ references: [field("password"), field("host")] }),
      [
        `error USERNAME_NOT_READ ${name}: service production/web takes the field "password" and not "username": each rotation changes both, and they fit only together.`,
      ],
    ],
    [
      "that take the password without the user, in place",
      { credentials: [inPlace], ...of({ references: [field("password")], desiredCount: 0 }) },
      [],
    ],
    ["that take the URL", of({ references: [field("connection_string")] }), []],
    [
      "that take the URL and the password",
      {
        credentials: [credential({ spec: { ...spec, urls: ["connection_string"] } })],
        ...of({ references: [field("connection_string"), field("password")] }),
      },
      [],
    ],
    ["that take the whole value", of({ references: [field("password"), ...reads] }), []],
    [
      "pinned to a version",
      of({ references: [{ secret: arn, where: "secrets DB of container app", pinned: "v1" }] }),
      [
        `error PINNED_REFERENCE ${name}: service production/web: secrets DB of container app is pinned to v1, which no rotation replaces: no rotation would ever settle.`,
      ],
    ],
    [
      "deployed by CodeDeploy",
      of({ controller: "CODE_DEPLOY" }),
      [
        `warning CONTROLLER_CANNOT_BE_FORCED ${name}: service production/web is deployed by CODE_DEPLOY, so settlement does not roll it: deploy it yourself after each rotation; settlement waits for it.`,
      ],
    ],
    [
      "deployed by CodeDeploy, reading: it may do so once",
      of({ controller: "CODE_DEPLOY", references: reads }),
      [expect.stringMatching(/^warning CONTROLLER_CANNOT_BE_FORCED /)],
    ],
    [
      "deployed by CodeDeploy, scaled to zero",
      of({ controller: "CODE_DEPLOY", desiredCount: 0 }),
      [],
    ],
    [
      "elsewhere",
      of({}, { cluster: clusterArn("staging"), name: "batch" }),
      [
        `error REFERENCE_OUTSIDE ${name}: Consumed outside its clusters by service staging/batch, which settlement does not roll: no rotation would ever settle.`,
      ],
    ],
    [
      "elsewhere, alone",
      {
        consumers: consumersOf({ tasks: [task("t1", "staging"), task("t2", "production")] }),
      },
      [expect.stringMatching(/^error REFERENCE_OUTSIDE .* by standalone task t1, which/)],
    ],
    [
      "possible ones",
      {
        consumers: consumersOf({
          services: [service({ references: mentioned })],
          tasks: [{ ...task("t1", "production"), references: mentioned }],
        }),
      },
      [
        `error POSSIBLE_CONSUMER ${name}: service production/web mentions the secret (command of container app) and may use it: no rotation would settle while it runs.`,
        expect.stringMatching(/^error POSSIBLE_CONSUMER .* standalone task t1 mentions/),
      ],
    ],
    [
      "possible ones that the manifest ignores",
      {
        consumers: consumersOf(
          {
            services: [service({ references: mentioned })],
            tasks: [{ ...task("t1", "production"), references: mentioned }],
          },
          { clusters: ["production"], ignore: ["production/web", "production/job"] },
        ),
      },
      [],
    ],
    [
      "in a cluster that is listed by its ARN",
      {
        consumers: consumersOf({ services: [service()] }, { clusters: [clusterArn("production")] }),
      },
      [],
    ],
  ])("%s", (_, more, expected) => {
    expect(ofSecret(more)).toEqual(expected);
  });

  it.each<[string, Partial<SecretFacts>, string]>([
    [
      "none",
      of(),
      `No consumer to roll was found (ECS clusters: production): whatever reads this secret must reread it on its own. ${complete}`,
    ],
    [
      "none, and no cluster",
      { consumers: consumersOf({}, {}) },
      `No consumer to roll was found (ECS clusters: none is listed): whatever reads this secret must reread it on its own. ${complete}`,
    ],
    [
      "two, and a task of its own",
      {
        consumers: consumersOf({
          services: [service(), service({ name: "api" })],
          tasks: [task("t1", "production")],
        }),
      },
      `Rolled after each rotation: 2 consumers (service production/web, service production/api). Ending on their own: 1 consumer (standalone task t1). ${complete}`,
    ],
    [
      "one that another controller deploys",
      {
        consumers: consumersOf({
          services: [service(), service({ name: "api", controller: "EXTERNAL" })],
        }),
      },
      `Rolled after each rotation: 1 consumer (service production/web). Not rolled, deploy them yourself: 1 consumer (service production/api, which is deployed by EXTERNAL). ${complete}`,
    ],
    [
      "nobody unseen, and a grace all the same",
      { entry: { ...entry, grace: 90 * 60_000 } },
      "Rolled after each rotation: 1 consumer (service production/web). rotation.yml says that these are all (consumers: complete), and sets a grace: the old credential is kept for 90m after each promotion.",
    ],
    [
      "others, unseen",
      { entry: { ...entry, grace: day, consumersComplete: undefined } },
      "Rolled after each rotation: 1 consumer (service production/web). Consumers other than ECS services and tasks cannot be seen, so the old credential is kept for 24h after each promotion (grace).",
    ],
    [
      "others, unseen, without a grace",
      { entry: { ...entry, consumersComplete: undefined } },
      "Rolled after each rotation: 1 consumer (service production/web). Consumers other than ECS services and tasks cannot be seen and get no time (grace: 0s).",
    ],
  ])("are told: %s", (_, more, what) => {
    const [note] = findings(facts({ secrets: [secret(more)] }), caller);
    seen.add(note?.code ?? "");
    expect(note).toMatchObject({ severity: "note", code: "CONSUMERS", secret: name, what });
  });
});

describe("the account", () => {
  const trail = (of: Facts["trails"]) => ({ trails: of });
  const arn = "arn:aws:cloudtrail:eu-central-1:123456789012:trail/all";
  const one = (isLogging: boolean, recordsRotations: boolean) => ({
    arn,
    trail: { known: { isLogging, recordsRotations } },
  });
  const hidden = { arn, trail: { unknown: denied("cloudtrail:GetTrailStatus") } };
  const cluster = (listed: boolean, failure: string) => ({
    consumerFindings: accountFindings({
      clusters: [{ cluster: "x", listed, read: { unknown: new ClusterUnreadable("x", failure) } }],
      allClusters: { known: [] },
    }),
  });

  it.each<[string, Partial<Facts>, string[]]>([
    [
      "without a trail",
      trail({ known: [] }),
      [
        "error NO_TRAIL: No CloudTrail trail records management events that write in this Region (there is none): EventBridge would not receive events of failed rotations.",
      ],
    ],
    [
      "with trails that do not record it",
      trail({ known: [one(false, true), one(true, false)] }),
      [
        "error NO_TRAIL: No CloudTrail trail records management events that write in this Region (all is stopped, all records no management events that write): EventBridge would not receive events of failed rotations.",
      ],
    ],
    [
      "with one that may not be seen, and one that records",
      trail({ known: [hidden, one(true, true)] }),
      [],
    ],
    [
      "with one that may not be seen",
      trail({ known: [one(false, true), hidden] }),
      [expect.stringMatching(/^warning COULD_NOT_CHECK: .*:GetTrailStatus/)],
    ],
    [
      "whose trails may not be listed",
      trail({ unknown: denied("cloudtrail:DescribeTrails") }),
      [
        `warning COULD_NOT_CHECK: Could not check whether a CloudTrail trail records failed rotations, because: cloudtrail:DescribeTrails on ${name} failed: AccessDeniedException (HTTP 400).`,
      ],
    ],
    [
      "whose topic nobody hears",
      { topic: { known: 0 } },
      [
        "error NOBODY_LISTENS: The topic has no confirmed subscription: nobody would be alerted of a failure.",
      ],
    ],
    [
      "without a topic named",
      { topic: undefined },
      [
        "warning TOPIC_NOT_NAMED: Could not check whether anybody gets alerts, because no topic was named.",
      ],
    ],
    [
      "whose topic is not there",
      {
        topic: {
          unknown: new AwsCallFailed("sns:ListSubscriptionsByTopic", "t", {
            failure: "NotFoundException",
            retryable: false,
            remedy: "Create the topic.",
            isAbsent: true,
          }),
        },
      },
      ["error TOPIC_NOT_FOUND: sns:ListSubscriptionsByTopic on t failed: NotFoundException."],
    ],
    [
      "whose topic may not be seen",
      { topic: { unknown: denied("sns:ListSubscriptionsByTopic") } },
      [
        expect.stringMatching(
          /^warning COULD_NOT_CHECK: Could not check whether anybody gets alerts/,
        ),
      ],
    ],
    [
      "without a cluster that is listed",
      cluster(true, "ClusterNotFoundException"),
      [
        "error CLUSTER_MISSING: rotation.yml lists the cluster x, which does not exist in this account and Region: settlement would alert after each rotation.",
      ],
    ],
    ["whose cluster went away meanwhile", cluster(false, "ClusterNotFoundException"), []],
    [
      "whose cluster may not be read",
      cluster(false, "AccessDeniedException"),
      [
        "warning COULD_NOT_CHECK: Could not check who consumes secrets in the cluster x, because: The cluster x cannot be read (AccessDeniedException), so its consumers of the secret are not known.",
      ],
    ],
    [
      "whose clusters may not be listed",
      {
        consumerFindings: accountFindings({
          clusters: [],
          allClusters: { unknown: denied("ecs:ListClusters") },
        }),
      },
      [
        `warning COULD_NOT_CHECK: Could not check whether secrets are consumed outside their clusters, because: ecs:ListClusters on ${name} failed: AccessDeniedException (HTTP 400).`,
      ],
    ],
  ])("%s", (_, more, expected) => {
    expect(found(facts(more))).toEqual(expected);
  });

  it("is no empty manifest's business", () => {
    expect(found(facts({ secrets: [] }))).toEqual([]);
  });
});

describe("an exemption", () => {
  it.each([
    [
      "2027-02-02",
      "error EXEMPTION_EXPIRED old: Its exemption from rotation ended on 2027-02-02: moving",
    ],
    ["2027-02-03", "note EXEMPT old: It does not rotate until 2027-02-03: moving"],
    ["2027-02-04", "note EXEMPT old: It does not rotate until 2027-02-04: moving"],
  ])("until %s", (until, expected) => {
    const { manifest, ...more } = facts();
    const exempt = [{ secret: "old", reason: "moving", until }];
    expect(found({ ...more, manifest: { ...manifest, exempt } })).toEqual([expected]);
  });
});

describe("the remedy of a check that was not allowed", () => {
  const remedies = (more: Partial<Facts>) =>
    findings(facts(more), caller).flatMap(({ remedy }) => remedy ?? []);

  it("names who must be allowed, and what", () => {
    const unseen = { unknown: denied("sns:ListSubscriptionsByTopic") };
    expect(remedies({ topic: unseen })).toEqual([
      "Allow sns:ListSubscriptionsByTopic on the topic to the role of the watcher.",
    ]);
    const state = { unknown: denied("secretsmanager:DescribeSecret") };
    const hidden = secret({ state, document: undefined, credentials: [] });
    expect(remedies({ secrets: [hidden] })[0]).toBe(
      `Allow secretsmanager:DescribeSecret on it to the role of the watcher, or look: aws secretsmanager describe-secret --secret-id ${name}`,
    );
    const admin = { unknown: denied("secretsmanager:GetSecretValue") };
    const unread = credential({
      admin: { secret: adminName, state: { known: adminState }, who: admin },
    });
    expect(remedies({ secrets: [secret({ credentials: [unread] })] })).toEqual([
      `Allow it to the role of the watcher, or have the deployed function check: aws secretsmanager rotate-secret --secret-id ${name} --no-rotate-immediately`,
    ]);
  });

  it("is only in the remedy", () => {
    for (const finding of findings(facts({ topic: { unknown: denied("x") } }), caller))
      expect(finding).not.toHaveProperty("allow");
  });
});

describe("a remark of the manifest", () => {
  it.each([
    ["error", "INVALID_MANIFEST"],
    ["warning", "MANIFEST_WARNING"],
  ] as const)("is an %s with its line", (severity, code) => {
    const what = "C:/a b/rotation.yml:17: secrets.app: wrong: put 3 right";
    const remark = {
      file: "C:/a b/rotation.yml",
      line: 17,
      path: ["secrets", "app"],
      message: "wrong: put 3 right",
    };
    expect(ofManifest(severity, remark)).toEqual({ severity, code, line: 17, what });
    seen.add(code);
  });
});

describe("a key of a provider", () => {
  const provider = {
    name: "Acme",
    scope: "acme",
    traits: {
      nameLength: 40,
      maxKeys: 3,
      alive: { times: 1, every: 0, within: 0 },
      dead: { times: 1, every: 0, within: 0 },
    },
    probe: async () => ({ is: "alive" }) as const,
  };
  const keySpec = {
    type: "http",
    strategy: "issue",
    traits: { oldWorksBeside: true, changesUsername: false, switches: false },
    fields: { secret: "api_key", id: "api_key_id" },
    adopt: false,
  };
  const good: KeyFindings = {
    spec: keySpec,
    provider,
    fields: keySpec.fields,
    isUserBound: false,
    now: new Date("2026-03-04T05:06:07Z"),
    key: { known: { id: { known: "k1" }, isIdStored: true } },
    outcome: { known: { is: "restricted" } },
    entries: { known: [{ id: "k1", name: "qt-a" }, { id: "k2" }] },
    facts: { known: {} },
  };
  const ofKey = (more: Partial<KeyFindings>) =>
    ofSecret({ credentials: [keyFacts(name, { ...good, ...more })] });
  const counted = `note KEYS_COUNTED ${name}: Acme has 2 of at most 3 keys; Quarterturn did not create 1 of them, and does not touch those.`;
  const unreachable = { unknown: new ProviderUnavailable("Acme", "GET /keys: ENOTFOUND") };

  it("is identified and counted where nothing is wrong", () => {
    expect(ofKey({})).toEqual([counted]);
    expect(keyFacts(name, good).holds).toEqual([{ name: "key k1 of Acme" }]);
  });

  it.each<[string, Partial<KeyFindings>, string[]]>([
    [
      "a refused key",
      { outcome: { known: { is: "dead" } } },
      [`error KEY_REFUSED ${name}: Acme refuses the key in api_key of AWSCURRENT.`, counted],
    ],
    [
      "an answer that says nothing",
      { outcome: { known: { is: "unknown", why: "GET /me answered HTTP 502" } } },
      [
        `warning COULD_NOT_CHECK ${name}: Could not check whether Acme accepts the key in api_key, because: GET /me answered HTTP 502.`,
        counted,
      ],
    ],
    [
      "a limit of the rate",
      { outcome: { known: { is: "wait", ms: 1000 } } },
      [
        `warning COULD_NOT_CHECK ${name}: Could not check whether Acme accepts the key in api_key, because: it limits the rate of requests.`,
        counted,
      ],
    ],
    [
      "a key of somebody else",
      {
        outcome: { known: { is: "alive" } },
        entries: { known: [{ id: "k2", name: "qt-b" }] },
        facts: { known: { rights: "user/other" } },
        spec: { ...keySpec, adopt: true },
      },
      [
        `note KEYS_COUNTED ${name}: Acme has 1 of at most 3 keys; Quarterturn did not create 0 of them, and does not touch those.`,
        `error KEY_ELSEWHERE ${name}: The key k1 works, but is not one of Acme: it belongs to user/other.`,
      ],
    ],
    [
      "room that a rotation makes",
      {
        prefix: "qt-own-",
        entries: {
          known: [
            { id: "k1", name: "qt-own-a" },
            { id: "k2", name: "qt-own-b" },
            { id: "k3", name: "qt-other" },
          ],
        },
      },
      [
        `note KEYS_COUNTED ${name}: Acme has 3 of at most 3 keys; Quarterturn did not create 0 of them, and does not touch those.`,
      ],
    ],
    [
      "no room",
      { entries: { known: ["k1", "k2", "k3"].map((id) => ({ id, name: `qt-${id}` })) } },
      [
        `error KEYS_FULL ${name}: Acme has no room for another key (at most 3); it has qt-k1 (k1), qt-k2 (k2), qt-k3 (k3).`,
      ],
    ],
    [
      "an administrator that is refused",
      { entries: { unknown: new AdminKeyRefused("Acme", "acme-admin", "list keys") } },
      [`error ADMIN_KEY_REFUSED ${name}: Acme does not let acme-admin list keys.`],
    ],
    [
      "a list that was not got",
      { entries: unreachable },
      [
        `warning COULD_NOT_CHECK ${name}: Could not check the keys of Acme, because: Acme gave no usable answer: GET /keys: ENOTFOUND.`,
      ],
    ],
    [
      "an owner",
      { facts: { known: { account: "red" } }, isUserBound: true },
      [
        counted,
        `note KEY_OWNER ${name}: The key belongs to red at Acme.`,
        `warning KEY_BOUND_TO_PERSON ${name}: A key of Acme belongs to a person, and ends when that person leaves.`,
      ],
    ],
    [
      "a preset that nobody has checked for a year",
      { checkedOn: "2025-03-03" },
      [
        counted,
        `warning PRESET_OLD ${name}: What the type http knows about Acme was last checked on 2025-03-03, more than a year ago.`,
      ],
    ],
    [
      "a key that somebody else created",
      { key: { known: { id: { known: "k2" }, isIdStored: true } } },
      [
        counted,
        `warning KEY_NOT_OURS ${name}: Quarterturn did not create the key k2, so after the next rotation a person must delete it.`,
      ],
    ],
    [
      "a key that nobody knows",
      { key: { known: { id: { known: undefined }, isIdStored: false } } },
      [
        counted,
        `warning KEY_NOT_OURS ${name}: It is not known which key of Acme AWSCURRENT holds, so after the next rotation a person must delete it.`,
      ],
    ],
    [
      "a key that somebody else created and that is adopted",
      {
        spec: { ...keySpec, adopt: true },
        key: { known: { id: { known: "k2" }, isIdStored: true } },
      },
      [counted],
    ],
    [
      "a key that the provider identifies",
      { key: { known: { id: { known: "k2" }, isIdStored: false } } },
      [counted],
    ],
    [
      "no key",
      { key: { unknown: new FieldMissing("AWSCURRENT of app", 'field "api_key"') } },
      [`error FIELD_MISSING ${name}: AWSCURRENT of app has no field "api_key".`],
    ],
    [
      "another KMS key of the administrator's secret",
      { admin: { secret: adminName, kmsKey: key, state: { known: adminState } } },
      [
        counted,
        expect.stringMatching(`error KMS_KEY_DIFFERS ${name}: The admin secret ${adminName} is`),
      ],
    ],
  ])("with %s", (_, more, expected) => {
    expect(ofKey(more)).toEqual(expected);
  });

  it("in two secrets is told", () => {
    const held = keyFacts(name, good);
    const other = { ...state(), name: "other" };
    const secrets = [
      secret({ credentials: [held] }),
      secret({ name: "other", state: { known: other }, credentials: [held] }),
    ];
    expect(found(facts({ secrets }))).toContainEqual(expect.stringContaining("SAME_LOGIN"));
  });
});

it("has a case for each of its codes", () => {
  expect(ownCodes.filter((code) => !seen.has(code))).toEqual([]);
});
