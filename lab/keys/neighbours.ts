import type { CredentialSpec } from "../../lib/manifest/type.ts";
import type { Credential } from "../../lib/rotation/credential.ts";
import type { GeneratedSpec } from "../../lib/rotators/generated/value.ts";
import { administrator, onServers } from "../walk/engine.ts";
import type { Gate, Invocation } from "../walk/gate.ts";
import { manifest } from "../walk/layout.ts";
import type { FakeSecrets } from "../walk/secrets.ts";
import { FakeServer, Servers } from "../walk/server.ts";

const signingKey: GeneratedSpec = {
  type: "generated",
  strategy: "generate",
  traits: { oldWorksBeside: false, changesUsername: false, switches: false },
  field: "jwt_secret",
  format: { kind: "hex", bytes: 32 },
  prefix: "",
};

const [host, port] = ["a.internal", 5432];
const [user, clone] = ["shop_orders", "shop_orders_clone"];
const newValue = () => crypto.randomUUID().replaceAll("-", "");

/** In one secret with a key: a login of alternating users on a server in memory, and a signing key. */
export class Neighbours {
  readonly credentials: readonly CredentialSpec[];
  readonly fields: Readonly<Record<string, string | number>>;
  readonly #server = new FakeServer(host, `${host}:${port}`, { changing: (change) => change() });

  constructor(secrets: FakeSecrets) {
    const login = manifest().secrets["shop/orders"]?.credentials ?? [];
    this.credentials = [...login, signingKey];
    const [password, admin] = [newValue(), newValue()];
    this.#server.users.set(user, { canLogin: true, password });
    this.#server.users.set(administrator, { canLogin: true, password: admin });
    const address = { host, port };
    secrets.create(
      `admin/${host}`,
      JSON.stringify({ ...address, username: administrator, password: admin }),
    );
    const jwt_secret = newValue() + newValue();
    this.fields = { ...address, dbname: "app", username: user, password, jwt_secret };
  }

  credential(spec: CredentialSpec, gate: Gate, by: Invocation): Promise<Credential> {
    return onServers(spec, new Servers([this.#server]), gate, by);
  }

  /** Whether the login of this document works. */
  works({ username = "", password = "" }: Readonly<Record<string, string>>): boolean {
    return this.#server.accepts(username, password);
  }

  /** Users that can log in without being the one in this document. */
  left({ username }: Readonly<Record<string, string>>): readonly string[] {
    return [user, clone].filter(
      (each) => each !== username && this.#server.users.get(each)?.canLogin === true,
    );
  }
}
