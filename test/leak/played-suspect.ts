import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Description } from "../../lab/providers/description.ts";
import type { ProviderDouble } from "../../lab/providers/double.ts";
import { accessToken } from "../../lab/providers/played/google-account.ts";
import { playProviders } from "../../lab/providers/server.ts";
import type { AwsOptions } from "../../standin/aws.ts";
import { temporaryBundle } from "../standin/fixtures.ts";
import type { Canaries } from "./canaries.ts";
import { type KeyScene, KeySuspect } from "./key-suspect.ts";

export interface PlayedKey extends Pick<KeyScene, "entry" | "files"> {
  /** What rotation.yml says of it, beside the usual. */
  readonly credential: object;
  /** What the key has at the provider. */
  readonly attributes?: Readonly<Record<string, unknown>>;
  /** The id of a key is as good as the key. */
  readonly isIdSecret?: boolean;
}

export const ledHere = fileURLToPath(import.meta.resolve("./led-here.ts"));

/** A provider in the place of the internet, for processes that import `ledHere`. */
export async function playHere(description: Description, parts: AsyncDisposableStack) {
  const server = parts.use(await playProviders([description]));
  const { path: authority } = parts.use(await temporaryBundle(server.ca));
  writeFileSync(authority, server.ca);
  const environment = {
    PLAYED_HOSTS: description.hosts.join(","),
    PLAYED_PORT: `${server.port}`,
    NODE_EXTRA_CA_CERTS: authority,
  };
  return { double: server.renew(description.name), environment };
}

/** The functions with a key of this provider. */
export async function playedSuspect(
  description: Description,
  { credential, attributes, isIdSecret = false, ...more }: PlayedKey,
  timing?: AwsOptions,
): Promise<{ readonly suspect: KeySuspect; readonly double: ProviderDouble }> {
  const parts = new AsyncDisposableStack();
  const { double, environment } = await playHere(description, parts);
  const { called = (id: string) => id } = description;
  const { id, values } = double.handOut("made by hand", attributes);
  const keys = { type: description.name, adopt: true, admin: "production/leak/admin" };
  const scene: KeyScene = {
    ...more,
    credential: { ...keys, field: "api_key", ...credential },
    document: { api_key: values["secret"] ?? "", api_key_id: called(id), note: "kept" },
    admin: { "production/leak/admin": double.adminSecret },
    environment,
    ahead: ledHere,
    learn: (canaries) => learn(canaries, double, isIdSecret),
    parts,
  };
  return { suspect: await KeySuspect.open(() => scene, timing), double };
}

/** What stands beside the secrets of keys and administrators. */
const known = ["type", "client_email", "token_uri", "private_key_id", "sid", "uid", "key"];

/** Every key that there has been, the administrator's credential, and what it was exchanged for. */
function learn(canaries: Canaries, double: ProviderDouble, isIdSecret: boolean): void {
  const { adminSecret, keys } = double;
  // Of several lines, the second one: the first of a key in PEM is its title.
  for (const values of [adminSecret, ...keys.ever.map((key) => key.values)])
    for (const [name, value] of Object.entries(values))
      if (!known.includes(name)) canaries.add(name, value.split("\n")[1] ?? value);
  if (adminSecret["private_key"]) canaries.add("access token", accessToken(adminSecret).slice(5));
  if (isIdSecret) for (const { id } of keys.ever) canaries.add("an id", id);
}
