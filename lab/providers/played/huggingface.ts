import { type Description, operation, type Reply } from "../description.ts";
import { characters } from "../random.ts";
import { bearer } from "../shown.ts";

const error = (status: number, text: string): Reply => ({ status, body: { error: text } });

/** It has no API for tokens: people make and delete them. */
export const huggingface: Description = {
  name: "huggingface",
  sources: [
    "huggingface/huggingface_hub src/huggingface_hub/hf_api.py (whoami)",
    "trufflesecurity/trufflehog pkg/detectors/huggingface",
  ],
  hosts: ["huggingface.co"],
  refusals: {
    unauthorized: error(401, "Invalid username or password."),
    forbidden: error(403, "Forbidden"),
    notFound: error(404, "Not Found"),
    rateLimited: error(429, "Too Many Requests"),
    down: error(503, "Service Unavailable"),
    invalid: (what) => error(400, what),
  },
  admin: () => ({}),
  credential: () => "",
  shown: bearer,
  mint() {
    const secret = `hf_${characters(34)}`;
    return { id: characters(24), credential: secret, values: { secret } };
  },
  operations: [
    operation("GET /api/whoami-v2", {
      by: "key",
      answer: ({ caller }) => ({
        status: 200,
        body: { type: "user", name: caller?.account, auth: { type: "access_token" } },
      }),
    }),
  ],
};
