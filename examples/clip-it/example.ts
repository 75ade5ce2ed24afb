import { readFileSync } from "node:fs";
import type { App } from "../../lab/examples/app-settings.ts";
import type { Example, Rotating } from "../../lab/examples/example.ts";
import { cacheIssuer, iamIssuer, playedIssuer, silentIssuer } from "../../lab/examples/issuer.ts";
import { hex, random } from "../../lab/examples/sample.ts";
import type { Document } from "../../lab/examples/system.ts";
import { startMongodb } from "../../lab/mongodb/server.ts";

const secret = "clip-it/production";

const byHand = { isSupplied: true, isDeletedByHand: true } as const;

/** What people make, and nobody can ask about. */
const made = {
  SIEVE_API_KEY: () => random(43),
  TIKTOK_CLIENT_SECRET: () => random(32),
  TIKTOK_VERIFICATION_KEY: () => random(32),
};

/** The parameter of each variable, as the tasks get them: the table in the guide. */
const parameterOf: ReadonlyMap<string, string> = new Map(
  JSON.parse(
    readFileSync(new URL("./task-definition.json", import.meta.url), "utf8"),
  ).containerDefinitions[0].secrets.map((each: { name: string; valueFrom: string }) => [
    each.name,
    each.valueFrom,
  ]),
);

export const example: Example = {
  name: "clip-it",
  title: "Clip-It",
  region: "us-east-1",
  secret,
  rotates: [
    { fields: ["JWT_SECRET_KEY"] },
    { fields: ["MONGODB_URL"], issuer: cacheIssuer("MONGODB_URL"), on: "a double" },
    {
      fields: ["AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID"],
      issuer: iamIssuer("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
    },
    {
      fields: ["OPENAI_API_KEY", "OPENAI_API_KEY_id"],
      issuer: playedIssuer("openai-project-key", "OPENAI_API_KEY"),
      isDeletedByHand: true,
    },
    ...(["HF_TOKEN", "HUGGINGFACE_TOKEN"] as const).map(
      (field): Rotating => ({
        fields: [field],
        issuer: playedIssuer("huggingface", field),
        ...byHand,
      }),
    ),
    ...Object.entries(made).map(
      ([field, make]): Rotating => ({ fields: [field], issuer: silentIssuer(make), ...byHand }),
    ),
  ],
  settings: {
    "clip-it/openai-admin": ["api_key"],
    "clip-it/mongodb-admin": ["engine", "host", "port", "username", "password"],
    [secret]: [
      "TIKTOK_CLIENT_KEY",
      "AWS_REGION",
      "S3_BUCKET",
      "MONGODB_DB_NAME",
      "PROXY_BASE_URL",
      "TIKTOK_REDIRECT_URI",
      "TIKTOK_SCOPES",
      "TIKTOK_API_BASE",
      "TIKTOK_AUTH_BASE",
    ],
  },

  startCache: startMongodb,

  async start(account) {
    const { cache } = account;
    const { host, port } = cache;
    const user = { username: "clipit", database: "clip_it" };
    const login = { host, port, ...user, password: await cache.newOwner(user) };
    const accessKey = await account.accessKey("clip-it");
    const document: Document = {
      OPENAI_API_KEY: account.key("openai-project-key").credential,
      SIEVE_API_KEY: made.SIEVE_API_KEY(),
      HF_TOKEN: account.key("huggingface").credential,
      HUGGINGFACE_TOKEN: account.key("huggingface").credential,
      AWS_ACCESS_KEY_ID: accessKey.id,
      AWS_SECRET_ACCESS_KEY: accessKey.secret,
      AWS_REGION: "us-east-1",
      S3_BUCKET: "clip-it-videos",
      MONGODB_URL: `${cache.url(login)}&retryWrites=true&w=majority`,
      MONGODB_DB_NAME: "clip_it",
      JWT_SECRET_KEY: hex(32),
      TIKTOK_CLIENT_KEY: random(18),
      TIKTOK_CLIENT_SECRET: made.TIKTOK_CLIENT_SECRET(),
      TIKTOK_VERIFICATION_KEY: made.TIKTOK_VERIFICATION_KEY(),
      TIKTOK_REDIRECT_URI: "https://clip-it.example.com/auth/tiktok/callback",
      TIKTOK_SCOPES: "user.info.basic,video.upload",
      TIKTOK_API_BASE: "https://open.tiktokapis.com",
      TIKTOK_AUTH_BASE: "https://www.tiktok.com",
      PROXY_BASE_URL: "https://proxy.clip-it.example.com",
    };
    // The parameters already exist, created by the guide's script.
    for (const [name, parameter] of parameterOf)
      await account.parameters.add(parameter, document[name] ?? "");
    await account.secret(secret, document);
    await account.keyAdministrator("clip-it/openai-admin", "openai-project-key");
    await account.secret("clip-it/mongodb-admin", {
      engine: "mongodb",
      ...{ host, port, username: "quarterturn" },
      password: await cache.newAdministrator("quarterturn", user.username),
    });
    const app: App = {
      shows: [...parameterOf.keys()],
      calls: [
        { of: "MONGODB_URL", to: "mongodb", fields: ["MONGODB_URL"] },
        { of: "OPENAI_API_KEY", to: "openai", fields: ["OPENAI_API_KEY"] },
        { of: "HF_TOKEN", to: "huggingface", fields: ["HF_TOKEN"] },
        { of: "HUGGINGFACE_TOKEN", to: "huggingface", fields: ["HUGGINGFACE_TOKEN"] },
        {
          of: "AWS_SECRET_ACCESS_KEY",
          to: "aws",
          fields: ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"],
        },
      ],
    };
    const environment = { AWS_ENDPOINT_URL: account.aws.endpoint };
    const backend = { cluster: "clip-it", name: "backend", tasks: 1, app, environment };
    return [await account.service(backend)];
  },

  async afterwards(account, current) {
    const found = await account.parameters.below("/clip-it/");
    const expected = new Map([...parameterOf, ["OPENAI_API_KEY_id", "/clip-it/openai-api-key-id"]]);
    const wrong = [...expected].filter(
      ([name, parameter]) => found.get(parameter)?.value !== current[name],
    );
    const replaced = example.rotates.flatMap(({ fields }) => fields.map((f) => expected.get(f)));
    const rewritten = [...found].flatMap(([name, { version }]) =>
      version > 1 && !replaced.includes(name) ? [name] : [],
    );
    return [
      ...wrong.map(([, parameter]) => `${parameter} does not hold the secret's value`),
      ...(found.size === expected.size ? [] : [`there are ${found.size} parameters`]),
      ...rewritten.map((name) => `${name} was rewritten`),
    ];
  },
};
