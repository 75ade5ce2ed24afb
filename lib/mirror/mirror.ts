import type { Context } from "../context/context.ts";
import { InvalidRequest } from "../context/errors.ts";
import { entryFor, type Manifest, type MirrorSpec } from "../manifest/manifest.ts";
import { SecretDocument } from "../secret/document.ts";
import { VersionEmpty } from "../secret/errors.ts";
import type { SecretState, SecretStore } from "../secret/store.ts";
import type { ParameterStore } from "./parameters.ts";
import { Pass } from "./pass.ts";
import type { MirrorRequest } from "./request.ts";
import { wantedParameters } from "./wanted.ts";

export interface MirrorPorts {
  readonly store: SecretStore;
  readonly parameters: ParameterStore;
  readonly manifest: Manifest;
}

export interface MirrorResult {
  readonly outcome: "done";
  /** The secret's name. */
  readonly secret: string;
  /**
   * `current`: every parameter held what it should; `written`: now it does; `drift`: somebody else has written
   * one, and nothing was written; `superseded`: the version is not AWSCURRENT, and it was not mirrored.
   */
  readonly mirror: "current" | "written" | "drift" | "superseded";
  /** Each mirrored parameter, and since when it holds its value. */
  readonly parameters?: Readonly<Record<string, Date>>;
  /** Names of those that somebody else has written. */
  readonly drifted?: readonly string[];
}

/**
 * Copies the fields of AWSCURRENT to their parameters, and proves it by reading them back. Idempotent: killed
 * anywhere, it can start again, because it recognizes what it wrote by its value.
 * @throws InvalidRequest, VersionEmpty, FieldNotMirrored, ParameterNotSecure, ParameterContested,
 *   ParameterOverwritten, AwsCallFailed
 */
export async function mirror(
  request: MirrorRequest,
  ports: MirrorPorts,
  { signal }: Pick<Context, "signal">,
): Promise<MirrorResult> {
  const secret = await ports.store.describe(request.secret, signal);
  const spec = mirrorOf(secret, ports.manifest);
  const result = { outcome: "done", secret: secret.name } as const;
  if (!isCurrent(secret, request.version)) return { ...result, mirror: "superseded" };
  const text = await ports.store.read(secret.arn, request.version, signal);
  const where = `AWSCURRENT of ${secret.name}`;
  if (!text) throw new VersionEmpty(where);
  const document = new SecretDocument(where, text);
  const wanted = wantedParameters(document, spec);
  const { drifted, written, stored } = await new Pass({
    wanted,
    spec,
    secret,
    ports,
    signal,
  }).run();
  if (drifted) return { ...result, mirror: "drift", drifted };
  // A later promotion has its own mirror, which this one may have overwritten.
  const after = written ? await ports.store.describe(secret.arn, signal) : secret;
  if (!isCurrent(after, request.version)) return { ...result, mirror: "superseded" };
  const parameters = Object.fromEntries(
    [...stored.values()].map(({ name, modifiedAt }) => [name, modifiedAt]),
  );
  return { ...result, mirror: written ? "written" : "current", parameters };
}

/** @throws InvalidRequest */
function mirrorOf(secret: SecretState, manifest: Manifest): MirrorSpec {
  const entry = entryFor(manifest, secret.name, secret.arn);
  if (entry?.mirror) return entry.mirror;
  throw new InvalidRequest(`the manifest declares no mirror for ${secret.name}`);
}

function isCurrent({ versions }: SecretState, version: string): boolean {
  return versions.get(version)?.includes("AWSCURRENT") ?? false;
}
