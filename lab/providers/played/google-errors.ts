import type { Refusals, Reply } from "../description.ts";

export const error = (code: number, status: string, message: string, details?: unknown): Reply => ({
  status: code,
  body: { error: { code, status, message, ...(details !== undefined && { details }) } },
});
export const refusals: Refusals = {
  unauthorized: error(401, "UNAUTHENTICATED", "Request had invalid authentication credentials."),
  forbidden: error(403, "PERMISSION_DENIED", "Permission 'apikeys.keys.create' denied."),
  notFound: error(404, "NOT_FOUND", "Requested entity was not found."),
  rateLimited: error(429, "RESOURCE_EXHAUSTED", "Quota exceeded."),
  down: error(500, "INTERNAL", "Internal error encountered."),
  invalid: (what) => error(400, "INVALID_ARGUMENT", what),
};
export const invalidKey = error(400, "INVALID_ARGUMENT", "API key not valid.", [
  { "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: "API_KEY_INVALID" },
]);
