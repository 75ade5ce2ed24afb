import type { Example } from "../../lab/examples/example.ts";
import { startReader } from "../../lab/examples/reader.ts";
import { accessKeyId, random } from "../../lab/examples/sample.ts";

const [secret, apiKeys] = ["production/database/primary", "production/api-keys"];

export const example: Example = {
  name: "muejam",
  title: "MueJam",
  region: "us-east-1",
  secret,
  rotates: [
    {
      fields: ["password", "username", "connection_string", "rotated_at"],
      login: ({ database = "", username = "", password = "" }) => ({
        database,
        username,
        password,
      }),
    },
  ],
  notYet: [
    { secret: `${apiKeys}/clerk`, fields: ["secret_key", "rotated_at"], type: "Clerk key" },
    {
      secret: `${apiKeys}/aws`,
      fields: ["secret_access_key", "access_key_id", "rotated_at"],
      type: "IAM access key",
    },
    { secret: `${apiKeys}/resend`, fields: ["api_key", "rotated_at"], type: "Resend key" },
    {
      secret: `${apiKeys}/google`,
      fields: ["safe_browsing_api_key", "rotated_at"],
      type: "Google API key",
    },
    { secret: `${apiKeys}/google`, fields: ["recaptcha_secret_key"], type: "reCAPTCHA key" },
  ],
  settings: {
    [secret]: ["host", "port", "database"],
    "production/database/admin": ["engine", "host", "port", "username", "password"],
    [`${apiKeys}/clerk`]: ["publishable_key"],
  },
  grace: "5s",

  async start(account) {
    const login = await account.owner({ username: "muejam_user", database: "muejam" });
    const { host, port, database, username, password } = login;
    const rotated_at = "2024-01-01T00:00:00Z";
    await account.secret(secret, {
      connection_string: `postgresql://${username}:${password}@${host}:${port}/${database}`,
      host,
      port: String(port),
      database,
      username,
      password,
      rotated_at,
    });
    await account.administrator("production/database/admin", login);
    await account.secret(`${apiKeys}/clerk`, {
      secret_key: `sk_live_${random(40)}`,
      publishable_key: `pk_live_${random(40)}`,
      rotated_at,
    });
    await account.secret(`${apiKeys}/aws`, {
      access_key_id: accessKeyId(),
      secret_access_key: random(40),
      rotated_at,
    });
    await account.secret(`${apiKeys}/resend`, { api_key: `re_${random(32)}`, rotated_at });
    await account.secret(`${apiKeys}/google`, {
      safe_browsing_api_key: `AIzaSy${random(33)}`,
      recaptcha_secret_key: `6Le${random(37)}`,
      rotated_at,
    });
    // Two seconds instead of the application's five minutes (SECRETS_CACHE_TTL); the grace here is five seconds.
    const { aws, server } = account;
    const env = aws.env("muejam");
    const reader = { type: server.type, secretId: secret, ca: server.ca, cacheMs: 2000 };
    return [await startReader({ env, ...reader })];
  },
};
