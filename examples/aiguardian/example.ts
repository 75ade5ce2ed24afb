import { awsCliEnvironment, missingAwsCli, missingJq } from "../../lab/aws-cli.ts";
import type { Example, Rotating } from "../../lab/examples/example.ts";
import { cacheIssuer, playedIssuer, silentIssuer } from "../../lab/examples/issuer.ts";
import { hex, random } from "../../lab/examples/sample.ts";
import { loginInUrl } from "../../lab/login.ts";
import { startRedis } from "../../lab/redis/server.ts";

const secret = "codeguardians-gateway/production";
const stripeKey = () => `sk_live_${random(99)}`;
const webhookSecret = () => `whsec_${random(32)}`;

export const example: Example = {
  name: "aiguardian",
  title: "AIGuardian",
  region: "us-east-1",
  secret,
  rotates: [
    { fields: ["SECRET_KEY"] },
    { fields: ["UNIFIED_API_KEY"] },
    {
      fields: ["POSTGRES_PASSWORD", "DATABASE_URL"],
      login: ({ DATABASE_URL = "", POSTGRES_PASSWORD: password = "" }) => ({
        ...loginInUrl(DATABASE_URL),
        password,
      }),
    },
    { fields: ["REDIS_PASSWORD", "REDIS_URL"], issuer: cacheIssuer("REDIS_URL") },
    {
      fields: ["CLERK_SECRET_KEY"],
      issuer: playedIssuer("clerk-secret-key", "CLERK_SECRET_KEY"),
    },
    {
      fields: ["STRIPE_SECRET_KEY"],
      issuer: silentIssuer(stripeKey),
      isSupplied: true,
      isDeletedByHand: true,
    },
    ...(["CLERK_WEBHOOK_SECRET", "STRIPE_WEBHOOK_SECRET"] as const).map(
      (field): Rotating => ({
        fields: [field],
        issuer: silentIssuer(webhookSecret),
        isSupplied: true,
        isDeletedByHand: true,
      }),
    ),
  ],
  settings: {
    [secret]: [
      "ENVIRONMENT",
      "DEBUG",
      "ALLOWED_ORIGINS",
      "ALLOWED_HOSTS",
      "CLERK_ENABLED",
      "CLERK_PUBLISHABLE_KEY",
      "STRIPE_ENABLED",
      "STRIPE_PUBLISHABLE_KEY",
      "STRIPE_PRICE_ID",
      "AWS_SECRETS_ENABLED",
      "AWS_SECRETS_NAME",
      "AWS_REGION",
    ],
    "codeguardians-gateway/clerk-admin": ["api_key"],
    "codeguardians-gateway/database-admin": ["engine", "host", "port", "username", "password"],
  },

  startCache: () => startRedis({ keeps: "configuration", requirepass: hex(32) }),

  async start(account) {
    const missing = missingAwsCli() ?? missingJq();
    if (missing) throw new Error(missing);
    const login = await account.owner({ username: "aiguardian", database: "aiguardian" });
    const { host, port, database, username, password } = login;
    const cache = account.cache;
    const redisPassword = hex(32);
    await cache.setPassword("default", redisPassword);
    const document = {
      SECRET_KEY: hex(32),
      ENVIRONMENT: "production",
      DEBUG: "false",
      DATABASE_URL: `postgresql+asyncpg://${username}:${password}@${host}:${port}/${database}`,
      POSTGRES_PASSWORD: password,
      // The guide blanks it out: "REPLACE_MEyour-redis-host:6379/0".
      REDIS_URL: `rediss://:${redisPassword}@${cache.host}:${cache.port}/0`,
      REDIS_PASSWORD: redisPassword,
      ALLOWED_ORIGINS: "https://yourdomain.com",
      ALLOWED_HOSTS: "yourdomain.com",
      UNIFIED_API_KEY: hex(16),
      CLERK_ENABLED: "true",
      CLERK_SECRET_KEY: account.key("clerk-secret-key").credential,
      CLERK_PUBLISHABLE_KEY: `pk_live_${random(40)}`,
      CLERK_WEBHOOK_SECRET: webhookSecret(),
      STRIPE_ENABLED: "true",
      STRIPE_SECRET_KEY: stripeKey(),
      STRIPE_PUBLISHABLE_KEY: `pk_live_${random(99)}`,
      STRIPE_WEBHOOK_SECRET: webhookSecret(),
      STRIPE_PRICE_ID: `price_${random(24)}`,
      AWS_SECRETS_ENABLED: "true",
      AWS_SECRETS_NAME: secret,
      AWS_REGION: "us-east-1",
    };
    await account.secret(secret, document);
    await account.keyAdministrator("codeguardians-gateway/clerk-admin", "clerk-secret-key");
    await account.administrator("codeguardians-gateway/database-admin", login);
    return [
      await account.service({
        cluster: "codeguardians-gateway-cluster",
        name: "codeguardians-gateway-service",
        tasks: 2,
        app: {
          shows: Object.keys(document),
          url: "DATABASE_URL",
          calls: [
            { of: "CLERK_SECRET_KEY", to: "clerk", fields: ["CLERK_SECRET_KEY"] },
            { of: "REDIS_PASSWORD", to: "redis", fields: ["REDIS_URL"] },
          ],
        },
        // On AWS the task's role provides these.
        environment: { ...awsCliEnvironment(account.made.folder), ...account.aws.env("gateway") },
      }),
    ];
  },
};
