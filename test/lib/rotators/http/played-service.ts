import { connect } from "node:tls";
import type { HeldKey, Minted } from "../../../../lab/providers/keys.ts";
import type { ProviderServer } from "../../../../lab/providers/server.ts";
import type { Trouble } from "../../../../lab/providers/trouble.ts";
import { completeHttp } from "../../../../lib/rotators/http/complete.ts";
import { httpProvider } from "../../../../lib/rotators/http/provider.ts";
import type { Preset } from "../../../../lib/rotators/http/schema.ts";
import { httpsTransport, type Outgoing } from "../../../../lib/rotators/http/transport.ts";
import type { Access, KeyParts } from "../../../../lib/rotators/key/provider.ts";
import { Secret } from "../../../../lib/secret/secret.ts";
import type { ServiceFixture, ServiceTrouble } from "../../../contracts/provider/service.ts";

/** What rotation.yml says of the key, and what it has at the provider. */
export interface PlayedKey {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly attributes?: HeldKey["attributes"];
  /** The key manages its own kind. */
  readonly isItsAdmin?: boolean;
}

export interface PlayedService extends ServiceFixture {
  /** Every request so far. */
  readonly sent: readonly Outgoing[];
}

/** A clock that only waiting moves. */
export class TestClock {
  time = Date.parse("2026-11-29T03:00:00Z");
  slept = 0;
  readonly now = (): number => this.time;
  readonly sleep = async (ms: number): Promise<void> => {
    this.time += ms;
    this.slept += ms;
  };
}

const troubles: Readonly<Record<ServiceTrouble, readonly [Trouble, number?]>> = {
  down: [{ is: "down" }],
  "html 200": [{ is: "html", status: 200 }],
  "html 403": [{ is: "html", status: 403 }],
  "another form": [{ is: "another form", of: "everything" }],
  "error inside": [{ is: "error inside" }],
  redirect: [{ is: "redirect", to: "https://elsewhere.example/" }],
  "lost reply": [{ is: "lost reply" }],
  "lost form": [{ is: "another form", of: "changes" }],
  silence: [{ is: "silence" }],
  "busy once": [{ is: "rate limit", seconds: 2 }, 1],
  busy: [{ is: "rate limit", seconds: 3600 }],
};

/** A preset at the provider that the lab plays in its place. */
export function playedService(
  server: ProviderServer,
  clock: TestClock,
  preset: Preset,
  { params = {}, attributes = {}, isItsAdmin = false }: PlayedKey,
): PlayedService {
  const sent: Outgoing[] = [];
  const transport = transportTo(server);
  const double = server.renew(preset.preset);
  const { called = (id: string) => id } = double.description;
  const partsOf = ({ id, values }: Minted): KeyParts =>
    new Map(
      Object.entries({ id: called(id), ...values }).map(([part, text]) => [part, new Secret(text)]),
    );
  const find = (id: string) => double.keys.ever.find((key) => called(key.id) === id);
  const admin = new Secret(JSON.stringify(double.adminSecret));
  const access: Access = {
    now: () => new Date(clock.now()),
    sleep: clock.sleep,
    signal: AbortSignal.timeout(20_000),
    readSecret: async () => admin,
    warn() {},
    leaked: false,
    current: partsOf(double.handOut("by hand, the first", attributes)),
  };
  return {
    sent,
    access,
    provider: httpProvider(specOf(preset, params, isItsAdmin), (outgoing, signal) => {
      sent.push(outgoing);
      return transport(outgoing, signal);
    }),
    slept: () => clock.slept,
    wait(ms) {
      clock.time += ms;
    },
    ids: async () => double.keys.all.map(({ id }) => called(id)),
    nameOf: async (id) => find(id)?.name,
    rightsOf: async (id) => find(id)?.attributes ?? {},
    handOut: async (name) => partsOf(double.handOut(name, attributes)),
    unknown: () => partsOf(double.description.mint()),
    async use(key) {
      double.keys.accept(find(key.get("id")?.reveal() ?? "")?.credential ?? "");
    },
    moveTo(account) {
      double.keys.knobs.account = account;
    },
    begin: (trouble) => double.begin(...troubles[trouble]),
    end: () => double.end(),
    setAdmin(is) {
      double.admin = is;
    },
    setDelays({ activation = 0, revocation = 0, flickers = false }) {
      const delays = { activationDelay: activation, revocationDelay: revocation, flickers };
      Object.assign(double.keys.knobs, delays);
    },
    secrets: () =>
      [double.adminSecret, ...double.keys.ever.map(({ values }) => values)].flatMap(secretsIn),
    mistakes: () =>
      double.seen.flatMap(({ operation, mistake }) =>
        mistake ? [`${operation}: ${mistake}`] : [],
      ),
    async [Symbol.asyncDispose]() {},
  };
}

/** What stands beside the secrets of keys and administrators. */
const known = ["type", "client_email", "token_uri", "private_key_id", "sid", "uid", "key"];

/** Of several lines, the second one: the first of a key in PEM is its title. */
const secretsIn = (values: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(values)
    .filter(([name]) => !known.includes(name))
    .map(([, value]) => value.split("\n")[1] ?? value);

function specOf(preset: Preset, params: Readonly<Record<string, unknown>>, isItsAdmin: boolean) {
  const admin = preset.auth.admin && !isItsAdmin ? { admin: "admin" } : {};
  return completeHttp(preset, {
    type: preset.preset,
    isTypeDeclared: true,
    keys: { ...params, ...admin },
    secret: "app/keys",
    stage: "",
    folder: ".",
    isOwn: () => true,
    kmsKeyOf: () => undefined,
    oneHome() {},
    complain(path, problem) {
      throw new TypeError(`${preset.preset}: ${path.join(".")} ${problem}`);
    },
  });
}

/** Every host leads to the server on loopback. */
export const transportTo = ({ port, ca }: ProviderServer) =>
  httpsTransport({
    lookup: async () => [{ address: "93.184.215.14", family: 4 }],
    connect: ({ servername = "", minVersion = "TLSv1.2" }) =>
      connect({ host: "127.0.0.1", port, ca, servername, minVersion, ALPNProtocols: ["http/1.1"] }),
  });
