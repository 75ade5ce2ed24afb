import { expect, it } from "vitest";
import { entryFor, type Manifest, type SecretEntry } from "../../../lib/manifest/manifest.ts";

const entry: SecretEntry = {
  place: "network",
  schedule: { expression: "rate(90 days)" },
  consumers: { clusters: [] },
  credentials: [],
  grace: 0,
  deadline: 0,
};
const arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:other-AbCdEf";
const manifest: Manifest = {
  stage: "production",
  exempt: [],
  secrets: { app: entry, [arn]: entry },
};

it.each([
  ["its name", ["app", "arn:of:app"], true],
  ["its ARN", ["other", arn], true],
  ["nothing", ["stray", "arn:of:stray"], false],
  ["a name that every object has", ["constructor", "toString"], false],
])("finds what a secret is named by: %s", (_, ids, found) => {
  expect(entryFor(manifest, ...ids)).toBe(found ? entry : undefined);
});
