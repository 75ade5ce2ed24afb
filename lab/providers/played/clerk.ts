import { z } from "zod";
import { type Description, operation, type Reply } from "../description.ts";
import { characters } from "../random.ts";
import { bearer } from "../shown.ts";

const error = (status: number, code: string, message: string): Reply => ({
  status,
  body: { errors: [{ code, message, long_message: message }], clerk_trace_id: characters(16) },
});

/** A reply may name other instances of the application beside the one that was asked for. */
const other = () => ({
  ...{ instance_id: "ins_dev1", environment_type: "development" },
  secret_key: `sk_test_${characters(42)}`,
});

/** One call makes a key, and ends all older ones after a delay that it is given. */
export const clerk: Description = {
  name: "clerk-secret-key",
  sources: [
    "clerk/openapi-specs@7987d1b platform/beta.yml",
    "clerk/openapi-specs@7987d1b bapi/2026-05-12.yml",
  ],
  hosts: ["api.clerk.com"],
  segments: { application: "app_2abc123def456", instance: "production" },
  refusals: {
    unauthorized: error(401, "authentication_invalid", "Unauthenticated"),
    forbidden: error(403, "authorization_invalid", "You are not authorized."),
    notFound: error(404, "resource_not_found", "not found"),
    rateLimited: error(429, "rate_limit_exceeded", "Too many requests."),
    down: error(500, "internal_clerk_error", "Oops, an unexpected error occurred"),
    invalid: (what) => error(400, "request_body_invalid", what),
  },
  admin: () => ({ api_key: `ak_${characters(40)}` }),
  credential: (admin) => admin["api_key"] ?? "",
  shown: bearer,
  mint() {
    const secret = `sk_live_${characters(42)}`;
    return { id: characters(24), credential: secret, values: { secret } };
  },
  operations: [
    operation(
      "POST /v1/platform/applications/{application}/instances/{instance}/rotate_secret_keys",
      {
        by: "admin",
        json: z.strictObject({
          delay_old_secrets_expiration_hours: z.int().min(0).optional(),
          reason: z.string().optional(),
        }),
        answer({ keys, mint, body: { delay_old_secrets_expiration_hours: hours = 0 } }) {
          for (const old of keys.all) keys.endAfter(old, hours * 3_600_000);
          const key = keys.add(mint(), "");
          const instance = { instance_id: "ins_prod1", environment_type: "production" };
          const instances = [other(), { ...instance, secret_key: key.values["secret"] }];
          return {
            status: 200,
            body: { application_id: "app_2abc123def456", name: "App", instances },
          };
        },
      },
    ),
    operation("GET /v1/users/count", {
      by: "key",
      answer: () => ({ status: 200, body: { object: "total_count", total_count: 3 } }),
    }),
  ],
};
