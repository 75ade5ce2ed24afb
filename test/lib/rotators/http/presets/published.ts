/** What a provider publishes of an operation. Fields of a body in several objects are joined by dots. */
export interface Published {
  /** Where: repository and file, or page. */
  readonly source: string;
  /** By method and path, with * for each variable segment: the fields of body, query and headers that are required. */
  readonly operations: Readonly<Record<string, readonly string[]>>;
}

const openai = "openai/openai-openapi@f85dbe2 openapi.yaml";

/**
 * Read off each publication by hand, apart from the presets and from what the lab plays. An operation that a preset uses
 * to try a key, and which its provider publishes elsewhere, stands under the same source.
 */
export const published: Readonly<Record<string, Published>> = {
  anthropic: {
    source: "platform.claude.com/docs/en/api/admin/api_keys, …/api/models/list",
    operations: {
      "GET /v1/organizations/api_keys": ["header anthropic-version", "header x-api-key"],
      "POST /v1/organizations/api_keys/*": ["header anthropic-version", "header x-api-key"],
      "GET /v1/models": ["header anthropic-version", "header x-api-key"],
    },
  },
  "clerk-secret-key": {
    source: "clerk/openapi-specs@7987d1b platform/beta.yml, bapi/2026-05-12.yml",
    operations: {
      "POST /v1/platform/applications/*/instances/*/rotate_secret_keys": ["header authorization"],
      "GET /v1/users/count": ["header authorization"],
    },
  },
  cloudflare: {
    source: "cloudflare/cloudflare-typescript@faaaf89 src/resources/accounts/tokens/tokens.ts",
    operations: {
      "GET /client/v4/accounts/*/tokens": ["header authorization"],
      "POST /client/v4/accounts/*/tokens": ["name", "policies"],
      "GET /client/v4/accounts/*/tokens/verify": ["header authorization"],
      "GET /client/v4/accounts/*/tokens/*": ["header authorization"],
      "PUT /client/v4/accounts/*/tokens/*": ["name", "policies"],
      "DELETE /client/v4/accounts/*/tokens/*": ["header authorization"],
    },
  },
  datadog: {
    source: "docs.datadoghq.com/api/latest/key-management/, …/authentication/",
    operations: {
      "GET /api/v2/api_keys": ["header dd-api-key", "header dd-application-key"],
      "POST /api/v2/api_keys": ["data.type", "data.attributes.name", "header dd-application-key"],
      "DELETE /api/v2/api_keys/*": ["header dd-api-key", "header dd-application-key"],
      "GET /api/v1/validate": ["header dd-api-key"],
    },
  },
  elevenlabs: {
    source: "elevenlabs/elevenlabs-js@8710089 …/serviceAccounts/resources/apiKeys/client",
    operations: {
      "GET /v1/service-accounts/*/api-keys": ["header xi-api-key"],
      "POST /v1/service-accounts/*/api-keys": ["name", "permissions", "header xi-api-key"],
      "PATCH /v1/service-accounts/*/api-keys/*": ["header xi-api-key"],
      "DELETE /v1/service-accounts/*/api-keys/*": ["header xi-api-key"],
      "GET /v1/user": ["header xi-api-key"],
    },
  },
  "gitlab-project-token": {
    source: "gitlabhq/gitlabhq@017a6c1 doc/api/project_access_tokens.md",
    operations: {
      "GET /api/v4/projects/*/access_tokens": ["header private-token"],
      "GET /api/v4/projects/*/access_tokens/*": ["header private-token"],
      "POST /api/v4/projects/*/access_tokens": ["name", "scopes", "expires_at"],
      "DELETE /api/v4/projects/*/access_tokens/*": ["header private-token"],
      "GET /api/v4/personal_access_tokens/self": ["header private-token"],
    },
  },
  "google-api-key": {
    source: "googleapis/googleapis@1cfcea4 google/api/apikeys/v2/apikeys.proto; RFC 7523",
    operations: {
      "POST /token": ["grant_type", "assertion"],
      "GET /v2/projects/*/locations/global/keys": ["header authorization"],
      "GET /v2/projects/*/locations/global/keys/*": ["header authorization"],
      "POST /v2/projects/*/locations/global/keys": ["displayName", "header authorization"],
      "GET /v2/operations/*": ["header authorization"],
      "GET /v2/projects/*/locations/global/keys/*/keyString": ["header authorization"],
      "GET /v2/keys:lookupKey": ["query keyString"],
      "DELETE /v2/projects/*/locations/global/keys/*": ["header authorization"],
      "GET /v4/threatLists": ["header x-goog-api-key"],
    },
  },
  huggingface: {
    source: "huggingface/huggingface_hub src/huggingface_hub/hf_api.py",
    operations: { "GET /api/whoami-v2": ["header authorization"] },
  },
  mailgun: {
    source: "documentation.mailgun.com …/mailgun/keys/post-v1-keys; mailgun/mailgun-go@d7f2dd4",
    operations: {
      "GET /v1/keys": ["header authorization"],
      "POST /v1/keys": ["role"],
      "DELETE /v1/keys/*": ["header authorization"],
      "GET /v3/domains": ["header authorization"],
    },
  },
  neon: {
    source: "kislerdm/neon-sdk-go@0afc13e generator/fixtures/openapi.json",
    operations: {
      "GET /api/v2/organizations/*/api_keys": ["header authorization"],
      "POST /api/v2/organizations/*/api_keys": ["key_name"],
      "DELETE /api/v2/organizations/*/api_keys/*": ["header authorization"],
      "GET /api/v2/projects": ["header authorization"],
    },
  },
  "openai-admin-key": {
    source: openai,
    operations: {
      "GET /v1/organization/admin_api_keys": ["header authorization"],
      "POST /v1/organization/admin_api_keys": ["name"],
      "DELETE /v1/organization/admin_api_keys/*": ["header authorization"],
    },
  },
  "openai-project-key": {
    source: openai,
    operations: {
      "GET /v1/organization/projects/*/api_keys": ["header authorization"],
      "POST /v1/organization/projects/*/service_accounts": ["name"],
      "DELETE /v1/organization/projects/*/service_accounts/*": ["header authorization"],
      "GET /v1/me": ["header authorization"],
    },
  },
  openrouter: {
    source: "OpenRouterTeam/typescript-sdk@cb9393a .speakeasy/in.openapi.yaml",
    operations: {
      "GET /api/v1/keys": ["header authorization"],
      "GET /api/v1/keys/*": ["header authorization"],
      "POST /api/v1/keys": ["name"],
      "PATCH /api/v1/keys/*": ["header authorization"],
      "DELETE /api/v1/keys/*": ["header authorization"],
      "GET /api/v1/key": ["header authorization"],
    },
  },
  resend: {
    source: "resend/resend-openapi@fd6f395 resend.yaml; resend.com/docs/api-reference/introduction",
    operations: {
      "GET /api-keys": ["header authorization", "header user-agent"],
      "POST /api-keys": ["name", "header user-agent"],
      "DELETE /api-keys/*": ["header authorization", "header user-agent"],
    },
  },
  sendgrid: {
    source: "sendgrid/sendgrid-oai@bef1536 spec/paths/security/api_keys.json",
    operations: {
      "GET /v3/api_keys": ["header authorization"],
      "GET /v3/api_keys/*": ["header authorization"],
      // scopes is not required there, but means full access where it is missing.
      "POST /v3/api_keys": ["name", "scopes"],
      "DELETE /v3/api_keys/*": ["header authorization"],
      "GET /v3/scopes": ["header authorization"],
    },
  },
  sentry: {
    source: "getsentry/sentry-api-schema@a589a26 openapi-derefed.json",
    operations: {
      "GET /api/0/projects/*/*/keys/": ["header authorization"],
      "GET /api/0/projects/*/*/keys/*/": ["header authorization"],
      "POST /api/0/projects/*/*/keys/": ["header authorization"],
      "PUT /api/0/projects/*/*/keys/*/": ["header authorization"],
      "DELETE /api/0/projects/*/*/keys/*/": ["header authorization"],
    },
  },
  stripe: {
    source: "stripe/stripe-node (private-preview) src/resources/V2/Iam/ApiKeys.ts; docs.stripe.com",
    operations: {
      "GET /v2/iam/api_keys": ["header authorization", "header stripe-version"],
      "POST /v2/iam/api_keys/*/expire": ["header authorization", "header stripe-version"],
      "GET /v1/charges": ["header authorization"],
    },
  },
  supabase: {
    source: "supabase/cli@1d1e719 packages/api/src/generated/openapi.json",
    operations: {
      "GET /v1/projects/*/api-keys": ["header authorization"],
      "GET /v1/projects/*/api-keys/*": ["header authorization"],
      "POST /v1/projects/*/api-keys": ["type", "name"],
      "DELETE /v1/projects/*/api-keys/*": ["header authorization"],
      "GET /rest/v1/": ["header apikey"],
    },
  },
  twilio: {
    source: "twilio/twilio-oai@d50069b spec/json/twilio_iam_v1.json, twilio_api_v2010.json",
    operations: {
      "GET /v1/Keys": ["query AccountSid"],
      "GET /v1/Keys/*": ["header authorization"],
      "POST /v1/Keys": ["AccountSid"],
      "DELETE /v1/Keys/*": ["header authorization"],
      "GET /2010-04-01/Accounts/*/Messages.json": ["header authorization"],
    },
  },
};
