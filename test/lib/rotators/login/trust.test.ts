import { rootCertificates } from "node:tls";
import { expect, it } from "vitest";
import { trusted } from "../../../../lib/rotators/login/trust.ts";

const own = { pem: rootCertificates[0] ?? "" };
const rds = "app.abc.eu-central-1.rds.amazonaws.com";

it.each([
  ["of a file", { host: "db.internal", ca: own }],
  ["of the system", { host: "db.internal", ca: undefined }],
  ["of RDS", { host: rds, ca: undefined }],
])("one context serves all connections that trust the authorities %s", async (_, login) => {
  const first = await trusted(login);
  expect(await trusted(structuredClone(login))).toBe(first);
  expect(await trusted({ ...login, host: `other.${login.host}` })).toBe(first);
});

it("different authorities have contexts of their own", async () => {
  const contexts = await Promise.all([
    trusted({ host: "db.internal", ca: own }),
    trusted({ host: "db.internal", ca: { pem: rootCertificates[1] ?? "" } }),
    trusted({ host: "db.internal", ca: undefined }),
    trusted({ host: rds, ca: undefined }),
    trusted({ host: rds, ca: own }),
  ]);
  expect(new Set(contexts).size).toBe(4);
  expect(contexts[4]).toBe(contexts[0]);
});
