import type { Example } from "../../lab/examples/example.ts";
import { hex, random } from "../../lab/examples/sample.ts";

const secret = "ohmycoins-production-app-secrets";
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
  ],
  notYet: [
    { fields: ["OPENAI_API_KEY"], type: "OpenAI key" },
    { fields: ["FIRST_SUPERUSER_PASSWORD"], type: "application user" },
    { fields: ["SMTP_PASSWORD"], type: "SMTP password" },
    { fields: ["SENTRY_DSN"], type: "Sentry key" },
  ],
  settings: { [secret]: ["FIRST_SUPERUSER", "SMTP_HOST", "SMTP_USER"] },

  async start(account) {
    const { password, ...connection } = await account.owner(user);
    const document = {
      SECRET_KEY: hex(32),
      POSTGRES_PASSWORD: password,
      OPENAI_API_KEY: `sk-${random(48)}`,
      FIRST_SUPERUSER: "admin@ohmycoins.com",
      FIRST_SUPERUSER_PASSWORD: random(24),
      SMTP_HOST: "smtp.gmail.com",
      SMTP_USER: "noreply@ohmycoins.com",
      SMTP_PASSWORD: random(16),
      SENTRY_DSN: `https://${hex(16)}@sentry.io/4501234`,
    };
    await account.secret(secret, document);
    const app = { shows: Object.keys(document), password: "POSTGRES_PASSWORD", connection };
    return [
      await account.service({ cluster: "ohmycoins-production", name: "backend", tasks: 2, app }),
    ];
  },
};
