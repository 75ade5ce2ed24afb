/** Functions in this process, beside functions that are processes: whoever invokes them sees no difference. */
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Aws, startAws } from "../../standin/aws.ts";
import { temporaryBundle } from "./fixtures.ts";

const source = `
const { Socket } = process.getBuiltinModule("node:net");
const { Agent, request } = process.getBuiltinModule("node:http");
const tls = process.getBuiltinModule("node:tls");
let served = 0;
const get = (port, agent) => new Promise((resolve, reject) => {
  const sent = request({ host: "127.0.0.1", port, agent }, (response) => resolve(response.statusCode));
  sent.on("error", reject).end();
});
async function run(event, context) {
  served += 1;
  console.log("out", event.text);
  if (event.fail) throw Object.assign(new RangeError("no"), { sql: "shown" });
  if (event.reject) throw "plain";
  if (event.ms) await new Promise((resolve) => setTimeout(resolve, event.ms));
  if (event.http) return get(event.http, new Agent()).catch(({ code }) => code);
  if (event.lookup) return process.getBuiltinModule("node:dns/promises").lookup(event.lookup);
  if (event.tls) return new Promise((resolve) => {
    tls.connect({ host: "127.0.0.1", port: event.tls }).on("error", () => {}).on("close", resolve);
  });
  if (event.port) {
    const talk = () => new Promise((resolve) => {
      const socket = new Socket();
      socket.on("error", () => {}).on("close", resolve).connect(event.port, "127.0.0.1");
      socket.write(event.text);
    });
    for (let again = 0; again < 20; again += 1) await talk();
  }
  const { awsRequestId, getRemainingTimeInMillis, ...rest } = context;
  return { served, env: process.env.SETTING, keys: Object.keys(process.env).length, rest };
}
export { run as handler };`;

const bundle = await temporaryBundle(source);
let hosts: readonly Aws[] = [];
let arn = "";

beforeAll(async () => {
  hosts = [await startAws({ inProcess: true }), await startAws()];
  const environment = { SETTING: "on" };
  const definition = { name: "host-test", bundle: bundle.path, timeoutMs: 1500, environment };
  for (const { functions } of hosts) arn = functions.register(definition);
});
afterAll(async () => {
  for (const aws of hosts) await aws[Symbol.asyncDispose]();
  await bundle[Symbol.asyncDispose]();
});

/** The same invocation of both. */
const both = (event: object) =>
  Promise.all(hosts.map(({ functions }) => functions.invoke(arn, event)));

describe("a function in this process", () => {
  it.each([{ text: "hello" }, { text: "again" }, { fail: true }, { reject: true }, { ms: 5000 }])(
    "answers %j as one that is a process does",
    async (event) => {
      const [here, there] = await both(event);
      expect(here?.payload).toEqual(there?.payload);
      const unnamed = (text = "") => text.replace(/RequestId: \S+/, "");
      expect(here?.error?.errorType).toBe(there?.error?.errorType);
      expect(unnamed(here?.error?.errorMessage)).toBe(unnamed(there?.error?.errorMessage));
      expect(here?.log.split("\n").length).toBe(there?.log.split("\n").length);
    },
  );

  it("starts anew when it has timed out", async () => {
    const answers = (await both({})).map(({ payload }) => payload);
    expect(answers[0]).toMatchObject({ served: 1 });
    expect(answers[0]).toEqual(answers[1]);
  });

  it("tells of the connections that it opened", async () => {
    await using listener = await listen((socket) => {
      socket.end("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
    });
    for (const { payload, sockets } of await both({ http: listener.port })) {
      expect(payload).toBe(204);
      expect(sockets).toEqual([{ localPort: expect.any(Number), remotePort: listener.port }]);
    }
  });

  it("reaches nobody once it is killed", async () => {
    const [aws] = hosts;
    const connected = Promise.withResolvers<void>();
    const closed = Promise.withResolvers<void>();
    let heard = "";
    await using listener = await listen((socket) => {
      socket.on("data", (data) => {
        heard += data;
        connected.resolve();
      });
      socket.once("close", () => closed.resolve());
    });
    const { functions } = aws ?? expect.fail();
    const invocation = functions.invoke(arn, { port: listener.port, text: "alive" });
    await connected.promise;
    for (const principal of functions.running(arn) ?? []) functions.kill(principal);
    expect((await invocation)?.error?.errorType).toBe("Runtime.ExitError");
    await closed.promise;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(heard).toBe("alive");
    expect((await functions.invoke(arn, {}))?.payload).toMatchObject({ served: 1 });
  });

  it("has its connections by TLS cut as well", async () => {
    const [aws] = hosts;
    const { functions } = aws ?? expect.fail();
    const [greeted, closed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    await using listener = await listen((socket) => {
      socket.once("data", () => greeted.resolve());
      socket.once("close", () => closed.resolve());
    });
    const invocation = functions.invoke(arn, { tls: listener.port });
    await greeted.promise;
    for (const principal of functions.running(arn)) functions.kill(principal);
    await closed.promise;
    expect((await invocation).error?.errorType).toBe("Runtime.ExitError");
  });

  it("gets what is put in the place of Node's modules", async () => {
    const lookup = async (host: string) => `${host} is here`;
    const modules = new Map([["dns/promises", { lookup }]]);
    await using aws = await startAws({ inProcess: true, modules });
    const name = aws.functions.register({ name: "led", bundle: bundle.path });
    const { payload } = await aws.functions.invoke(name, { lookup: "elsewhere" });
    expect(payload).toBe("elsewhere is here");
  });
});

async function listen(
  serve: (socket: Socket) => void,
): Promise<AsyncDisposable & { port: number }> {
  const server = createServer((socket) => serve(socket.on("error", () => {}).resume()));
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
