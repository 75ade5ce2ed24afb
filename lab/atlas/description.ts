import { z } from "zod";
import { type Description, operation, type Reply } from "../providers/description.ts";
import { basic, bearer } from "../providers/shown.ts";
import type { AtlasProject, ProjectUser } from "./project.ts";

/** `ApiError`. */
const error = (status: number, errorCode: string, detail = errorCode): Reply => ({
  status,
  body: { error: status, errorCode, detail, reason: "", parameters: [] },
});

const label = z.strictObject({
  key: z.string().min(1).max(255),
  value: z.string().min(1).max(255),
});
const none = z.literal("NONE").optional();

/** What a user with a password can have of `CloudDatabaseUser`. */
const userForm = z.strictObject({
  databaseName: z.literal("admin"),
  groupId: z.string(),
  username: z.string().min(1).max(1024),
  password: z.string().min(8).optional(),
  roles: z
    .array(
      z.strictObject({
        roleName: z.string(),
        databaseName: z.string(),
        collectionName: z.string().optional(),
      }),
    )
    .min(1),
  scopes: z.array(z.strictObject({ name: z.string(), type: z.string() })).optional(),
  labels: z.array(label).optional(),
  description: z.string().max(100).optional(),
  deleteAfterDate: z.string().optional(),
  ...{ awsIAMType: none, x509Type: none, ldapAuthType: none, oidcAuthType: none },
});

const users = "/api/atlas/v2/groups/{group}/databaseUsers";
const caller = "a service account";

/** The API as far as database users go: what this was not told of, it refuses. */
export function atlasDescription(project: AtlasProject): Description {
  const accountOf = (shown: string) => {
    const [id = "", secret] = shown.split(":");
    return project.accounts.get(id) === secret && secret !== undefined;
  };
  /** A change replaces all: whether Atlas keeps what it leaves out is not documented. */
  const take = ({ password, ...user }: z.output<typeof userForm>, status: number): Reply => {
    const stored: ProjectUser = { scopes: [], labels: [], ...user, ...others };
    project.change(stored, password);
    return { status, body: stored };
  };
  return {
    name: "atlas",
    sources: [
      "mongodb/atlas-sdk-go@68a9d51 openapi/atlas-api-transformed.yaml, admin/model_cloud_database_user.go",
      "https://www.mongodb.com/docs/atlas/api/service-accounts/generate-oauth2-token",
      "https://www.mongodb.com/docs/atlas/api/api-rate-limit",
      "mongodb/mongodb-atlas-kubernetes internal/controller/atlas/api_error.go",
    ],
    hosts: ["cloud.mongodb.com"],
    segments: { group: project.id },
    headers: { accept: /^application\/(json|vnd\.atlas\.\d{4}-\d{2}-\d{2}\+json)$/ },
    refusals: {
      unauthorized: error(401, "NOT_ORG_GROUP_CREATOR"),
      forbidden: error(403, "USER_UNAUTHORIZED"),
      notFound: error(404, "GROUP_NOT_FOUND"),
      rateLimited: error(429, "RATE_LIMITED_TOKEN_BUCKET"),
      down: error(500, "UNEXPECTED_ERROR"),
      invalid: (what) => error(400, "VALIDATION_ERROR", what),
    },
    admin: () => ({}),
    credential: () => caller,
    shown(headers) {
      const isKnown = accountOf(basic(headers) ?? "") || project.tokens.has(bearer(headers) ?? "");
      return isKnown ? caller : "nobody";
    },
    mint: () => ({ id: "", credential: "", values: {} }),
    operations: [
      operation("POST /api/oauth/token", {
        by: "admin",
        form: z.strictObject({ grant_type: z.literal("client_credentials") }),
        answer: () => ({
          status: 200,
          body: { access_token: project.newToken(), expires_in: 3600, token_type: "Bearer" },
        }),
      }),
      operation(`GET ${users}/{database}/{username}`, {
        by: "admin",
        answer({ path: { username = "", database } }) {
          const user = project.find(username, database);
          return user ? { status: 200, body: user } : error(404, "USERNAME_NOT_FOUND", username);
        },
      }),
      operation(`POST ${users}`, {
        by: "admin",
        json: userForm.required({ password: true }),
        answer({ keys, body }) {
          if (project.find(body.username)) return error(409, "USER_ALREADY_EXISTS", body.username);
          keys.changes += 1;
          return take(body, 201);
        },
      }),
      operation(`PATCH ${users}/{database}/{username}`, {
        by: "admin",
        json: userForm,
        answer({ keys, body, path: { username = "" } }) {
          if (!project.find(username)) return error(404, "USERNAME_NOT_FOUND", username);
          keys.changes += 1;
          return take(body, 200);
        },
      }),
    ],
  };
}

const others = { awsIAMType: "NONE", x509Type: "NONE", ldapAuthType: "NONE", oidcAuthType: "NONE" };
