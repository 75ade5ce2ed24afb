import type { Abilities } from "../../../../contracts/provider/service.ts";
import type { PlayedKey } from "../played-service.ts";

/** What most providers can do. */
const usual: Abilities = { names: true, lists: true, removes: true };

/** What each preset can do, and the key that it is tried with. */
export const presets: Readonly<Record<string, Abilities & { key?: PlayedKey }>> = {
  anthropic: { ...usual, cannotCreate: true, disables: true, identifies: true },
  "clerk-secret-key": {
    replaces: true,
    key: { params: { application: "app_2abc123def456" } },
  },
  cloudflare: {
    ...usual,
    ...{ pageOf: 50, tellsLimit: true, tellsLastUse: true, disables: true, identifies: true },
    key: {
      params: { account: "0123456789abcdef0123456789abcdef" },
      attributes: {
        policies: [
          { effect: "allow", permission_groups: [{ id: "a1" }], resources: { "zone.*": "*" } },
        ],
        condition: { request_ip: { in: ["198.51.100.0/24"] } },
      },
    },
  },
  datadog: { ...usual, pageOf: 100, tellsLimit: true, tellsLastUse: true },
  elevenlabs: {
    ...usual,
    disables: true,
    key: {
      params: { account: "sa_1", permissions: ["user_read"], character_limit: 1000 },
      attributes: { permissions: ["user_read"], character_limit: 1000 },
    },
  },
  "gitlab-project-token": {
    ...usual,
    ...{ pageOf: 100, tellsLastUse: true, tellsRights: true, identifies: true },
    key: { params: { project: "4321" }, attributes: { scopes: ["api"], access_level: 30 } },
  },
  "google-api-key": {
    ...usual,
    ...{ pageOf: 100, reveals: true, identifies: true },
    key: {
      params: { project: "acme-prod-1" },
      attributes: { restrictions: { apiTargets: [{ service: "safebrowsing.googleapis.com" }] } },
    },
  },
  huggingface: { cannotCreate: true, tellsAccount: true },
  mailgun: {
    ...usual,
    key: {
      params: { role: "sending", kind: "domain", domain: "mg.example.com" },
      attributes: { role: "sending", kind: "domain", domain_name: "mg.example.com" },
    },
  },
  neon: {
    ...usual,
    tellsLastUse: true,
    key: {
      params: { organization: "org-morning-bread-81040908", project_id: "late-frost-1" },
      attributes: { project_id: "late-frost-1" },
    },
  },
  "openai-admin-key": {
    ...usual,
    ...{ pageOf: 100, tellsLastUse: true, hasNoAdmin: true },
    key: { isItsAdmin: true },
  },
  "openai-project-key": {
    ...usual,
    ...{ pageOf: 100, tellsLastUse: true },
    key: { params: { project: "proj_a1B2c3D4e5F6" } },
  },
  openrouter: {
    ...usual,
    ...{ pageOf: 100, disables: true, tellsRights: true },
    key: { attributes: { limit: 25, limit_reset: "monthly", include_byok_in_limit: true } },
  },
  resend: {
    ...usual,
    ...{ pageOf: 100, tellsLastUse: true },
    key: {
      params: { permission: "sending_access" },
      attributes: { permission: "sending_access", domain_id: undefined },
    },
  },
  sendgrid: {
    ...usual,
    ...{ tellsLimit: true, identifies: true, tellsRights: true },
    key: { attributes: { scopes: ["mail.send", "alerts.read"] } },
  },
  sentry: {
    ...usual,
    ...{ pageOf: 100, reveals: true, identifies: true, disables: true, probesAsAdmin: true },
    key: {
      params: { organization: "acme", project: "web" },
      attributes: { rateLimit: { count: 1000, window: 7200 } },
    },
  },
  stripe: {
    ...usual,
    ...{ pageOf: 100, cannotCreate: true, tellsLastUse: true, identifies: true },
  },
  supabase: {
    ...usual,
    reveals: true,
    key: {
      params: { ref: "abcdefghijklmnopqrst" },
      attributes: { type: "secret", secret_jwt_template: { role: "service_role" } },
    },
  },
  twilio: {
    ...usual,
    ...{ pageOf: 1000, tellsRights: true },
    key: {
      params: { account: "ACa1b2c3d4e5f60718293a4b5c6d7e8f90", key_type: "restricted" },
      attributes: { policy: { allow: ["/twilio/messaging/messages/read"] } },
    },
  },
};
