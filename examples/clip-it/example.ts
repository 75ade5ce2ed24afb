import { readFileSync } from "node:fs";
import type { Example } from "../../lab/examples/example.ts";
import { accessKeyId, hex, random } from "../../lab/examples/sample.ts";
import type { Document } from "../../lab/examples/system.ts";

const secret = "clip-it/production";

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
  rotates: [{ fields: ["JWT_SECRET_KEY"] }],
  notYet: [
    { fields: ["MONGODB_URL"], type: "MongoDB login" },
    { fields: ["AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID"], type: "IAM access key" },
    { fields: ["OPENAI_API_KEY"], type: "OpenAI key" },
    { fields: ["SIEVE_API_KEY"], type: "Sieve key" },
    { fields: ["HF_TOKEN"], type: "Hugging Face token" },
    { fields: ["HUGGINGFACE_TOKEN"], type: "Hugging Face token" },
    { fields: ["TIKTOK_CLIENT_SECRET", "TIKTOK_CLIENT_KEY"], type: "TikTok client" },
    { fields: ["TIKTOK_VERIFICATION_KEY"], type: "TikTok key" },
  ],
  settings: {
    [secret]: [
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

  async start(account) {
    const document: Document = {
      OPENAI_API_KEY: `sk-${random(48)}`,
      SIEVE_API_KEY: random(43),
      HF_TOKEN: `hf_${random(34)}`,
      HUGGINGFACE_TOKEN: `hf_${random(34)}`,
      AWS_ACCESS_KEY_ID: accessKeyId(),
      AWS_SECRET_ACCESS_KEY: random(40),
      AWS_REGION: "us-east-1",
      S3_BUCKET: "clip-it-videos",
      MONGODB_URL: `mongodb+srv://clipit:${random(24)}@cluster0.example.mongodb.net/?retryWrites=true`,
      MONGODB_DB_NAME: "clip_it",
      JWT_SECRET_KEY: hex(32),
      TIKTOK_CLIENT_KEY: random(18),
      TIKTOK_CLIENT_SECRET: random(32),
      TIKTOK_VERIFICATION_KEY: random(32),
      TIKTOK_REDIRECT_URI: "https://clip-it.example.com/auth/tiktok/callback",
      TIKTOK_SCOPES: "user.info.basic,video.upload",
      TIKTOK_API_BASE: "https://open.tiktokapis.com",
      TIKTOK_AUTH_BASE: "https://www.tiktok.com",
      PROXY_BASE_URL: "https://proxy.clip-it.example.com",
    };
    // The parameters already exist, created by the guide's script.
    for (const [name, parameter] of parameterOf)
      await account.parameter(parameter, document[name] ?? "");
    await account.secret(secret, document);
    const app = { shows: [...parameterOf.keys()] };
    return [await account.service({ cluster: "clip-it", name: "backend", tasks: 1, app })];
  },

  async afterwards(account, current) {
    const found = await account.parameters("/clip-it/");
    const wrong = [...parameterOf].filter(
      ([name, parameter]) => found.get(parameter)?.value !== current[name],
    );
    const rewritten = [...found].filter(([, { version }]) => version > 1).map(([name]) => name);
    return [
      ...wrong.map(([, parameter]) => `${parameter} does not hold the secret's value`),
      ...(found.size === parameterOf.size ? [] : [`there are ${found.size} parameters`]),
      ...(rewritten.join() === "/clip-it/jwt-secret-key" ? [] : [`rewritten: ${rewritten}`]),
    ];
  },
};
