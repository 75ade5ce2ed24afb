import { createSocket } from "node:dgram";
import dns from "node:dns/promises";
import { afterEach, describe, expect, it } from "vitest";
import type { LoginSpec } from "../../../../lib/rotators/login/login.ts";
import { readLogin } from "../../../../lib/rotators/login/login-document.ts";
import { defaultPolicy } from "../../../../lib/rotators/login/password.ts";
import { strategyTraits } from "../../../../lib/rotators/login/traits.ts";
import { writeLogin } from "../../../../lib/rotators/login/write-login.ts";
import { serversOf } from "../../../../lib/rotators/mongodb/servers.ts";
import { mongodbTraits } from "../../../../lib/rotators/mongodb/traits.ts";
import { SecretDocument } from "../../../../lib/secret/document.ts";
import { Secret } from "../../../../lib/secret/secret.ts";

const spec: LoginSpec = {
  type: "mongodb",
  strategy: "in-place",
  traits: strategyTraits["in-place"],
  fields: {},
  connection: {},
  urls: ["MONGODB_URL"],
  passwordForm: "verifier",
  password: defaultPolicy,
};

const documentOf = (url: string) =>
  new SecretDocument("AWSCURRENT", new Secret(JSON.stringify({ MONGODB_URL: url })));

const login = (url: string, changed: Partial<LoginSpec> = {}) =>
  readLogin(documentOf(url), { ...spec, ...changed }, mongodbTraits);

describe("a URL of MongoDB", () => {
  it("names several servers, of which the first stands for all", () => {
    const url = "mongodb://app:p%40ss@a.internal:27018,b.internal,[::1]:9/shop?replicaSet=rs0";
    const found = login(url);
    expect(found).toMatchObject({
      host: "a.internal",
      port: 27_018,
      database: "shop",
      username: "app",
      options: { hosts: "a.internal:27018,b.internal,[::1]:9" },
    });
    expect(found.password.reveal()).toBe("p@ss");
  });

  it.each([
    ["mongodb://app:x@a/shop?authSource=admin", "admin"],
    ["mongodb://app:x@a/shop?AUTHSOURCE=users%20db", "users db"],
    ["mongodb://app:x@a/shop", "shop"],
    ["mongodb://app:x@a/", "admin"],
    ["mongodb://app:x@a", "admin"],
    ["mongodb://app:x@a/?tls=true", "admin"],
    ["mongodb+srv://app:x@cluster0.example.net/?retryWrites=true", "admin"],
    ["mongodb+srv://app:x@cluster0.example.net/shop?authSource=admin", "admin"],
  ])("%s: the user is of %s", (url, database) => {
    expect(login(url).database).toBe(database);
  });

  it("yields to what the manifest declares", () => {
    expect(login("mongodb://app:x@a/shop", { connection: { database: "all" } }).database).toBe(
      "all",
    );
  });

  it("keeps every other byte when user and password change", () => {
    const url = "mongodb://app:x@a:1,b:2/shop?authSource=admin&w=majority#end";
    const next = { username: "app_clone", password: new Secret("n/w") };
    expect(writeLogin(documentOf(url), spec, next).read("MONGODB_URL")).toBe(
      "mongodb://app_clone:n%2Fw@a:1,b:2/shop?authSource=admin&w=majority#end",
    );
  });

  it.each([
    ["mongodb://app:x@a/?authMechanism=PLAIN", "SCRAM-SHA-256 or SCRAM-SHA-1"],
    ["mongodb://app:x@a/?authMechanism=MONGODB-X509", "SCRAM-SHA-256 or SCRAM-SHA-1"],
    ["mongodb://app:x@a/?tls=false", "tls=true"],
    ["mongodb://app:x@a/?ssl=false", "tls=true"],
    ["mongodb+srv://app:x@a.example.net/shop", "authSource"],
    ["postgres://app:x@a/", "mongodb://"],
  ])("%s is refused", (url, expected) => {
    const refused = { code: "FIELD_INVALID", message: expect.stringContaining(expected) };
    expect(() => login(url, { isTypeDeclared: true })).toThrow(expect.objectContaining(refused));
  });

  it("hands on the method that it names", () => {
    const url = "mongodb://app:x@a/?authMechanism=SCRAM-SHA-1&directConnection=true";
    expect(login(url).options).toEqual({ hosts: "a", mechanism: "SCRAM-SHA-1", direct: "true" });
  });
});

describe("where the servers are", () => {
  it("is in the URL, the login's own first", async () => {
    const found = login("mongodb://app:x@a:1,b,[::1]:3/");
    expect(await serversOf({ ...found, host: "b", port: 27_017 })).toEqual([
      { host: "b", port: 27_017 },
      { host: "a", port: 1 },
      { host: "::1", port: 3 },
    ]);
  });

  const before = dns.getServers();
  afterEach(() => dns.setServers(before));

  it("is in DNS for mongodb+srv", async () => {
    using _ = await answeringDns("one.example.test", 27_019);
    const found = login("mongodb+srv://app:x@cluster0.example.test/");
    expect(found).toMatchObject({ host: "cluster0.example.test", options: { srv: "true" } });
    expect(await serversOf(found)).toEqual([{ host: "one.example.test", port: 27_019 }]);
  });

  it("is not believed of DNS when it leads to another domain", async () => {
    using _ = await answeringDns("one.example.evil", 27_019);
    await expect(
      serversOf(login("mongodb+srv://app:x@cluster0.example.test/")),
    ).rejects.toMatchObject({
      code: "UNREACHABLE",
      message: expect.stringContaining("another domain"),
    });
  });

  it("is an error where DNS knows nothing", async () => {
    using _ = await answeringDns(undefined, 0);
    await expect(
      serversOf(login("mongodb+srv://app:x@cluster0.example.test/")),
    ).rejects.toMatchObject({
      code: "DNS_FAILED",
      message: expect.stringContaining("_mongodb._tcp.cluster0.example.test"),
    });
  });
});

/** A DNS server that knows one SRV record (RFC 2782), or none. */
async function answeringDns(target: string | undefined, port: number): Promise<Disposable> {
  const socket = createSocket("udp4", (question, from) => {
    const asked = question.subarray(12, question.indexOf(0, 12) + 5);
    const name = (target ?? "")
      .split(".")
      .map((label) => Buffer.from([label.length, ...Buffer.from(label)]));
    const data = Buffer.concat([
      Buffer.from([0, 0, 0, 0, port >> 8, port & 255]),
      ...name,
      Buffer.from([0]),
    ]);
    const record = Buffer.concat([
      Buffer.from([0xc0, 12, 0, 33, 0, 1, 0, 0, 0, 0, data.length >> 8, data.length & 255]),
      data,
    ]);
    const [code, count] = target ? [0x80, 1] : [0x83, 0];
    const head = Buffer.from([...question.subarray(0, 2), 0x81, code, 0, 1, 0, count, 0, 0, 0, 0]);
    socket.send(Buffer.concat([head, asked, ...(target ? [record] : [])]), from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  dns.setServers([`127.0.0.1:${socket.address().port}`]);
  return { [Symbol.dispose]: () => void socket.close() };
}
