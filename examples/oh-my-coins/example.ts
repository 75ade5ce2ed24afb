import type { App } from "../../lab/examples/app-settings.ts";
import type { Example } from "../../lab/examples/example.ts";
import { playedIssuer, silentIssuer } from "../../lab/examples/issuer.ts";
import { hex, random } from "../../lab/examples/sample.ts";

const secret = "ohmycoins-production-app-secrets";
/** As Google makes them for Gmail. */
const appPassword = () => hex(8);
const user = { username: "ohmycoins", database: "app" };

export const example: Example = {
  name: "oh-my-coins",
  title: "Oh My Coins",
  region: "ap-southeast-2",
  secret,
  rotates: [
    { fields: ["SECRET_KEY"] },
    {
      fields: ["POSTGRES_PASSWORD"],
      login: ({ POSTGRES_PASSWORD: password = "" }) => ({ ...user, password }),
    },
    {
      fields: ["OPENAI_API_KEY", "OPENAI_API_KEY_id"],
      issuer: playedIssuer("openai-project-key", "OPENAI_API_KEY"),
      isDeletedByHand: true,
    },
    {
      fields: ["SENTRY_DSN", "SENTRY_DSN_id"],
      issuer: playedIssuer("sentry", "SENTRY_DSN"),
      isUnanswered: true,
    },
    {
      fields: ["SMTP_PASSWORD"],
      issuer: silentIssuer(appPassword),
      isSupplied: true,
      isDeletedByHand: true,
    },
    {
      fields: ["FIRST_SUPERUSER_PASSWORD"],
      issuer: silentIssuer(() => random(24)),
      isSupplied: true,
      isDeletedByHand: true,
    },
  ],
  settings: {
    [secret]: ["FIRST_SUPERUSER", "SMTP_HOST", "SMTP_USER"],
    "ohmycoins-production-openai-admin": ["api_key"],
    "ohmycoins-production-sentry-admin": ["auth_token"],
  },

  async start(account) {
    const { password, ...connection } = await account.owner(user);
    const document = {
      SECRET_KEY: hex(32),
      POSTGRES_PASSWORD: password,
      OPENAI_API_KEY: account.key("openai-project-key").credential,
      FIRST_SUPERUSER: "admin@ohmycoins.com",
      FIRST_SUPERUSER_PASSWORD: random(24),
      SMTP_HOST: "smtp.gmail.com",
      SMTP_USER: "noreply@ohmycoins.com",
      SMTP_PASSWORD: appPassword(),
      SENTRY_DSN: account.key("sentry").credential,
    };
    await account.secret(secret, document);
    await account.keyAdministrator("ohmycoins-production-openai-admin", "openai-project-key");
    await account.keyAdministrator("ohmycoins-production-sentry-admin", "sentry");
    const app: App = {
      shows: Object.keys(document),
      password: "POSTGRES_PASSWORD",
      connection,
      calls: [{ of: "OPENAI_API_KEY", to: "openai", fields: ["OPENAI_API_KEY"] }],
    };
    return [
      await account.service({ cluster: "ohmycoins-production", name: "backend", tasks: 2, app }),
    ];
  },
};
