import { createServer, type Server } from "node:net";
import { connect } from "node:tls";
import { afterEach, describe, expect, it, vi } from "vitest";
import { DeadlineReached } from "../../../../lib/context/deadline.ts";
import { httpsTransport, type Outgoing } from "../../../../lib/rotators/http/transport.ts";
import { HttpsHost, publicAddress } from "./https-host.ts";

const get: Outgoing = {
  host: "api.example.com",
  method: "GET",
  path: "/keys?limit=1",
  headers: {},
};
const signal = new AbortController().signal;

afterEach(() => vi.unstubAllEnvs());

describe("a request", () => {
  it("goes to the host by its name, with the body and its length", async () => {
    const seen: unknown[] = [];
    await using host = await HttpsHost.start((request, response) => {
      let body = "";
      request.on("data", (chunk) => (body += chunk));
      request.on("end", () => {
        seen.push([request.method, request.url, request.headers, body]);
        response.setHeader("Retry-After", "7").setHeader("Link", "<x>").end('{"id":1}');
      });
    });
    const sent = { ...get, method: "POST", headers: { "X-Key": "k" }, body: Buffer.from("ä") };
    expect(await host.transport()(sent, signal)).toEqual({
      status: 200,
      json: { id: 1 },
      retryAfter: "7",
      link: "<x>",
    });
    const headers = {
      host: "api.example.com",
      "content-length": "2",
      "x-key": "k",
      connection: "close",
    };
    expect(seen).toEqual([["POST", "/keys?limit=1", headers, "ä"]]);
    expect(host.connections).toMatchObject([
      { host: "api.example.com", port: 443, servername: "api.example.com", minVersion: "TLSv1.2" },
    ]);
  });

  it.each([
    "ftp://api.example.com",
    "api.example.com:8443",
    "user@api.example.com",
    "127.0.0.1",
    "0x7f.1",
    "[::1]",
    "localhost",
    "api.example.com#",
    "",
  ])("goes to no host that is called %s", async (host) => {
    const lookup = vi.fn(async () => [publicAddress]);
    const connect = vi.fn();
    const answer = await httpsTransport({ lookup, connect })({ ...get, host }, signal);
    expect(answer).toEqual({ failed: `${host} is not a host name` });
    expect(lookup).not.toHaveBeenCalled();
  });

  it("does not follow a redirect", async () => {
    const urls: unknown[] = [];
    await using host = await HttpsHost.start(({ url }, response) => {
      urls.push(url);
      response.writeHead(302, { Location: "https://api.example.com/elsewhere" }).end();
    });
    expect(await host.transport()(get, signal)).toMatchObject({ status: 302 });
    expect(urls).toEqual([get.path]);
  });

  it("uses no proxy of the environment", async () => {
    const connections: unknown[] = [];
    const proxy: Server = createServer((socket) => connections.push(socket.destroy()));
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    const { port } = Object(proxy.address());
    for (const name of ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "ALL_PROXY"])
      vi.stubEnv(name, `http://127.0.0.1:${port}`);
    vi.stubEnv("NODE_USE_ENV_PROXY", "1");
    await using host = await HttpsHost.start((_, response) => response.end("{}"));
    expect(await host.transport()(get, signal)).toMatchObject({ status: 200 });
    expect(connections).toEqual([]);
    proxy.close();
  });
});

describe("addresses", () => {
  it.each([
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "127.0.0.1",
    "127.9.9.9",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fc00::1",
    "fd12::1",
    "fe80::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:93.184.215.14",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2001:db8::1",
    "2001::1",
    "nonsense",
  ])("refuse %s", async (address) => {
    const connect = vi.fn();
    const lookup = async () => [publicAddress, { address, family: address.includes(":") ? 6 : 4 }];
    const answer = await httpsTransport({ lookup, connect })(get, signal);
    expect(answer).toEqual({ failed: "api.example.com is not a public host" });
    expect(connect).not.toHaveBeenCalled();
  });

  it("refuse a host without any", async () => {
    const answer = await httpsTransport({ lookup: async () => [], connect: vi.fn() })(get, signal);
    expect(answer).toEqual({ failed: "api.example.com is not a public host" });
  });

  it("are those that were checked: a name server that answers anew leads nowhere else", async () => {
    await using host = await HttpsHost.start((_, response) => response.end("{}"));
    const answers = [[publicAddress], [{ address: "127.0.0.1", family: 4 }]];
    const lookup = vi.fn(async () => answers.shift() ?? []);
    expect(await host.transport({ lookup })(get, signal)).toMatchObject({ status: 200 });
    expect(lookup).toHaveBeenCalledTimes(1);
    const [options] = host.connections;
    const all = vi.fn();
    options?.lookup?.("api.example.com", { all: true }, all);
    expect(all).toHaveBeenCalledWith(null, [publicAddress]);
    const one = vi.fn();
    options?.lookup?.("api.example.com", {}, one);
    expect(one).toHaveBeenCalledWith(null, publicAddress.address, 4);
  });

  it("are public ones: IPv4, and global unicast of IPv6", async () => {
    for (const [address, family] of [
      ["1.1.1.1", 4],
      ["172.32.0.1", 4],
      ["2606:4700::6810:84e5", 6],
    ] as const) {
      await using host = await HttpsHost.start((_, response) => response.end("{}"));
      const lookup = async () => [{ address, family }];
      expect(await host.transport({ lookup })(get, signal), address).toMatchObject({ status: 200 });
    }
  });
});

describe("TLS", () => {
  it("refuses a certificate for another name", async () => {
    await using host = await HttpsHost.start(
      (_, response) => response.end("{}"),
      ["other.example.com"],
    );
    expect(await host.transport()(get, signal)).toEqual({ failed: "ERR_TLS_CERT_ALTNAME_INVALID" });
  });

  it("refuses an unknown authority, whatever the environment says", async () => {
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    await using host = await HttpsHost.start((_, response) => response.end("{}"));
    const { port } = host;
    const transport = host.transport({
      connect: (options) => connect({ ...options, host: "127.0.0.1", port }),
    });
    expect(await transport(get, signal)).toEqual({ failed: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" });
  });

  it("refuses TLS 1.1", async () => {
    const old = { maxVersion: "TLSv1.1", minVersion: "TLSv1", ciphers: "DEFAULT@SECLEVEL=0" };
    await using host = await HttpsHost.start((_, response) => response.end("{}"), undefined, old);
    expect(await host.transport()(get, signal)).toEqual({ failed: "EPROTO" });
    // It is the version that it refuses.
    const lax = { minVersion: "TLSv1", ciphers: "DEFAULT@SECLEVEL=0" } as const;
    const transport = host.transport({
      connect: (options) => host.connect({ ...options, ...lax }),
    });
    expect(await transport(get, signal)).toMatchObject({ status: 200 });
  });
});

describe("a reply", () => {
  it("of more than 1 MiB is none", async () => {
    await using host = await HttpsHost.start((_, response) =>
      response.end(`"${"x".repeat(1024 * 1024)}"`),
    );
    expect(await host.transport()(get, signal)).toEqual({ failed: "a reply of more than 1 MiB" });
  });

  it("without an end is none", async () => {
    await using host = await HttpsHost.start((_, response) => {
      const timer = setInterval(() => response.write("x".repeat(64 * 1024)), 1);
      response.on("close", () => clearInterval(timer));
    });
    expect(await host.transport()(get, signal)).toEqual({ failed: "a reply of more than 1 MiB" });
  });

  it("that trickles is given up in time", async () => {
    await using host = await HttpsHost.start((_, response) => {
      const timer = setInterval(() => response.write(" "), 10);
      response.on("close", () => clearInterval(timer));
    });
    const answer = await host.transport({ time: 300 })(get, signal);
    expect(answer).toEqual({ failed: "no whole reply within 0.3 s" });
  });

  it("whose headers trickle is given up in time", async () => {
    await using host = await HttpsHost.start(({ socket }) => {
      socket.write("HTTP/1.1 200 OK\r\n");
      const timer = setInterval(() => socket.write("X-Slow: 1\r\n"), 10);
      socket.on("close", () => clearInterval(timer));
      socket.on("error", () => {});
    });
    const answer = await host.transport({ time: 300 })(get, signal);
    expect(answer).toEqual({ failed: "no whole reply within 0.3 s" });
  });

  it("with headers without an end is none", async () => {
    await using host = await HttpsHost.start(({ socket }) => {
      socket.write(`HTTP/1.1 200 OK\r\nX-Long: ${"x".repeat(100_000)}`);
      socket.on("error", () => {});
    });
    expect(await host.transport()(get, signal)).toEqual({ failed: "HPE_HEADER_OVERFLOW" });
  });

  it("that breaks off is none", async () => {
    await using host = await HttpsHost.start((_, response) => {
      response.writeHead(200, { "Content-Length": "100" }).write("{}");
      setTimeout(() => response.destroy(), 20);
    });
    expect(await host.transport()(get, signal)).toEqual({ failed: "ECONNRESET" });
  });

  it("in HTML is text, whatever its status and type are", async () => {
    await using host = await HttpsHost.start((_, response) =>
      response.writeHead(200, { "Content-Type": "application/json" }).end("<html>"),
    );
    expect(await host.transport()(get, signal)).toMatchObject({ status: 200, text: "<html>" });
  });

  it("keeps integers as they are written, and what is nested without an end is not looked into", async () => {
    const deep = "[".repeat(400_000) + "]".repeat(400_000);
    const texts = ['{"id":12345678901234567890,"small":7,"part":0.5}', deep];
    await using host = await HttpsHost.start((_, response) => response.end(texts.shift()));
    const { json } = Object(await host.transport()(get, signal));
    expect(json).toEqual({ id: "12345678901234567890", small: 7, part: 0.5 });
    expect(await host.transport()(get, signal)).toMatchObject({ status: 200, text: deep });
  });

  it("that is compressed is none: a small one may become a large one", async () => {
    await using host = await HttpsHost.start((_, response) =>
      response.writeHead(200, { "Content-Encoding": "gzip" }).end("x"),
    );
    expect(await host.transport()(get, signal)).toEqual({
      failed: "a compressed reply, which was not asked for",
    });
  });
});

describe("a host", () => {
  it("that accepts no TLS in time is given up", async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const { port } = Object(silent.address());
    const transport = httpsTransport({
      lookup: async () => [publicAddress],
      connect: (options) => connect({ ...options, host: "127.0.0.1", port }),
      connectTime: 100,
    });
    expect(await transport(get, signal)).toEqual({ failed: "no TLS connection in time" });
    silent.close();
  });

  it("whose name server is silent is given up in time", async () => {
    const lookup = () => new Promise<never>(() => {});
    const answer = await httpsTransport({ lookup, time: 100 })(get, signal);
    expect(answer).toEqual({ failed: "no whole reply within 0.1 s" });
  });

  it("is left when the invocation must end", async () => {
    await using host = await HttpsHost.start(() => {});
    const transport = host.transport();
    await expect(transport(get, AbortSignal.timeout(100))).rejects.toThrow(DeadlineReached);
    await expect(transport(get, AbortSignal.abort())).rejects.toThrow(DeadlineReached);
  });

  it("gets nothing of a header that would be two", async () => {
    await using host = await HttpsHost.start((_, response) => response.end("{}"));
    const headers = { Authorization: "Bearer k\r\nX-Other: 1" };
    expect(await host.transport()({ ...get, headers }, signal)).toEqual({
      failed: "ERR_INVALID_CHAR",
    });
    expect(host.connections).toEqual([]);
  });
});
