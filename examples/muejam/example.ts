import type { Example } from "../../lab/examples/example.ts";
import { iamIssuer, playedIssuer, silentIssuer } from "../../lab/examples/issuer.ts";
import { random } from "../../lab/examples/sample.ts";

const [secret, apiKeys] = ["production/database/primary", "production/api-keys"];
const recaptchaKey = () => `6Le${random(37)}`;

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
    {
      secret: `${apiKeys}/clerk`,
      fields: ["secret_key", "rotated_at"],
      issuer: playedIssuer("clerk-secret-key", "secret_key"),
    },
    {
      secret: `${apiKeys}/aws`,
      fields: ["secret_access_key", "access_key_id", "rotated_at"],
      issuer: iamIssuer("access_key_id", "secret_access_key"),
    },
    {
      secret: `${apiKeys}/resend`,
      fields: ["api_key", "api_key_id", "rotated_at"],
      issuer: playedIssuer("resend", "api_key"),
      isDeletedByHand: true,
    },
    {
      secret: `${apiKeys}/google`,
      fields: ["safe_browsing_api_key", "safe_browsing_api_key_id", "rotated_at"],
      issuer: playedIssuer("google-api-key", "safe_browsing_api_key"),
    },
    {
      secret: `${apiKeys}/google`,
      fields: ["recaptcha_secret_key", "rotated_at"],
      issuer: silentIssuer(recaptchaKey),
      isSupplied: true,
      isDeletedByHand: true,
    },
  ],
  settings: {
    [secret]: ["host", "port", "database"],
    "production/database/admin": ["engine", "host", "port", "username", "password"],
    [`${apiKeys}/clerk`]: ["publishable_key"],
    [`${apiKeys}/clerk-admin`]: ["api_key"],
    [`${apiKeys}/resend-admin`]: ["api_key"],
    [`${apiKeys}/google-admin`]: [
      ...["type", "client_email", "private_key", "private_key_id", "token_uri"],
    ],
  },

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
      secret_key: account.key("clerk-secret-key").credential,
      publishable_key: `pk_live_${random(40)}`,
      rotated_at,
    });
    const accessKey = await account.accessKey("muejam-uploads");
    await account.secret(`${apiKeys}/aws`, {
      access_key_id: accessKey.id,
      secret_access_key: accessKey.secret,
      rotated_at,
    });
    await account.secret(`${apiKeys}/resend`, {
      api_key: account.key("resend", { permission: "sending_access" }).credential,
      rotated_at,
    });
    await account.secret(`${apiKeys}/google`, {
      safe_browsing_api_key: account.key("google-api-key").credential,
      recaptcha_secret_key: recaptchaKey(),
      rotated_at,
    });
    for (const [name, provider] of [
      ["clerk", "clerk-secret-key"],
      ["resend", "resend"],
      ["google", "google-api-key"],
    ] as const)
      await account.keyAdministrator(`${apiKeys}/${name}-admin`, provider);
    const cacheMs = 300_000; // SECRETS_CACHE_TTL
    return [
      await account.machine({
        shows: [],
        secretId: secret,
        url: "connection_string",
        calls: [
          ...(["clerk", "resend", "google", "aws"] as const).map((to) => ({
            to,
            secretId: `${apiKeys}/${to}`,
            ...fieldsOf[to],
          })),
        ],
        cacheMs,
      }),
    ];
  },
};

/** What the application uses each key by. */
const fieldsOf = {
  clerk: { of: "secret_key", fields: ["secret_key"] },
  resend: { of: "api_key", fields: ["api_key"] },
  google: { of: "safe_browsing_api_key", fields: ["safe_browsing_api_key"] },
  aws: { of: "secret_access_key", fields: ["access_key_id", "secret_access_key"] },
} as const;
