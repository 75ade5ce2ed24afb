import { awsCliEnvironment, missingAwsCli, missingJq } from "../../lab/aws-cli.ts";
import type { Example } from "../../lab/examples/example.ts";
import { hex, random } from "../../lab/examples/sample.ts";
import { loginInUrl } from "../../lab/login.ts";

const secret = "codeguardians-gateway/production";

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
  ],
  notYet: [
    { fields: ["REDIS_PASSWORD", "REDIS_URL"], type: "Redis password" },
    { fields: ["CLERK_SECRET_KEY"], type: "Clerk key" },
    { fields: ["CLERK_WEBHOOK_SECRET"], type: "Clerk webhook" },
    { fields: ["STRIPE_SECRET_KEY"], type: "Stripe key" },
    { fields: ["STRIPE_WEBHOOK_SECRET"], type: "Stripe webhook" },
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
    "codeguardians-gateway/database-admin": ["engine", "host", "port", "username", "password"],
  },

  async start(account) {
    const missing = missingAwsCli() ?? missingJq();
    if (missing) throw new Error(missing);
    const login = await account.owner({ username: "aiguardian", database: "aiguardian" });
    const { host, port, database, username, password } = login;
    const redisPassword = hex(32);
    const document = {
      SECRET_KEY: hex(32),
      ENVIRONMENT: "production",
      DEBUG: "false",
      DATABASE_URL: `postgresql+asyncpg://${username}:${password}@${host}:${port}/${database}`,
      POSTGRES_PASSWORD: password,
      // The guide blanks it out: "REPLACE_MEyour-redis-host:6379/0".
      REDIS_URL: `redis://:${redisPassword}@your-redis-host:6379/0`,
      REDIS_PASSWORD: redisPassword,
      ALLOWED_ORIGINS: "https://yourdomain.com",
      ALLOWED_HOSTS: "yourdomain.com",
      UNIFIED_API_KEY: hex(16),
      CLERK_ENABLED: "true",
      CLERK_SECRET_KEY: `sk_live_${random(40)}`,
      CLERK_PUBLISHABLE_KEY: `pk_live_${random(40)}`,
      CLERK_WEBHOOK_SECRET: `whsec_${random(32)}`,
      STRIPE_ENABLED: "true",
      STRIPE_SECRET_KEY: `sk_live_${random(99)}`,
      STRIPE_PUBLISHABLE_KEY: `pk_live_${random(99)}`,
      STRIPE_WEBHOOK_SECRET: `whsec_${random(32)}`,
      STRIPE_PRICE_ID: `price_${random(24)}`,
      AWS_SECRETS_ENABLED: "true",
      AWS_SECRETS_NAME: secret,
      AWS_REGION: "us-east-1",
    };
    await account.secret(secret, document);
    await account.administrator("codeguardians-gateway/database-admin", login);
    return [
      await account.service({
        cluster: "codeguardians-gateway-cluster",
        name: "codeguardians-gateway-service",
        tasks: 2,
        app: { shows: Object.keys(document), url: "DATABASE_URL" },
        // On AWS the task's role provides these.
        environment: { ...awsCliEnvironment(account.folder), ...account.aws.env("gateway") },
      }),
    ];
  },
};
