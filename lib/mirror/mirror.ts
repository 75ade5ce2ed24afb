import { entryFor, type Manifest, type MirrorSpec } from "../manifest/manifest.ts";
import { InvalidRequest } from "../retirement/errors.ts";
import { PendingEmpty } from "../rotation/errors.ts";
import { SecretDocument } from "../secret/document.ts";
import type { SecretState, SecretStore } from "../secret/store.ts";
import { decide } from "./decide.ts";
import { ofEarlierVersions } from "./earlier.ts";
import { ParameterContested, ParameterOverwritten } from "./errors.ts";
import type { ParameterStore, StoredParameter } from "./parameters.ts";
import type { MirrorRequest } from "./request.ts";
import { type Wanted, wantedParameters } from "./wanted.ts";

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
  /** Each mirrored parameter, and since when it holds what it does. */
  readonly parameters?: Readonly<Record<string, Date>>;
  /** Names of those that somebody else has written. */
  readonly drifted?: readonly string[];
}

/** Write and look; look again where somebody came in between. */
const maximumRounds = 4;

/**
 * Copies the fields of AWSCURRENT to their parameters, and proves it by reading them back. Idempotent, and
 * killed anywhere it can begin again: what it wrote is known by its value.
 * @throws FieldNotMirrored, ParameterNotSecure, ParameterContested, ParameterOverwritten, AwsCallFailed
 */
export async function mirror(
  request: MirrorRequest,
  ports: MirrorPorts,
  signal: AbortSignal,
): Promise<MirrorResult> {
  const secret = await ports.store.describe(request.secret, signal);
  const spec = mirrorOf(secret, ports.manifest);
  const of = { outcome: "done", secret: secret.name } as const;
  if (!isCurrent(secret, request.version)) return { ...of, mirror: "superseded" };
  const text = await ports.store.read(secret.arn, request.version, signal);
  if (!text) throw new PendingEmpty(secret.name, request.version);
  const document = new SecretDocument(`AWSCURRENT of ${secret.name}`, text);
  const pass = new Pass(wantedParameters(document, spec), spec, secret, ports, signal);
  const { drifted, written, found } = await pass.run();
  if (drifted) return { ...of, mirror: "drift", drifted };
  // A later promotion has its own mirror, which this one may have written over.
  const after = written ? await ports.store.describe(secret.arn, signal) : secret;
  if (!isCurrent(after, request.version)) return { ...of, mirror: "superseded" };
  const parameters = Object.fromEntries(
    [...found.values()].map(({ name, modifiedAt }) => [name, modifiedAt]),
  );
  return { ...of, mirror: written ? "written" : "current", parameters };
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

type Found = ReadonlyMap<string, StoredParameter>;

interface Outcome {
  readonly found: Found;
  readonly written: boolean;
  readonly drifted?: readonly string[];
}

/** One attempt to bring all parameters of a secret to what they should hold. */
class Pass {
  readonly #wanted: readonly Wanted[];
  readonly #spec: MirrorSpec;
  readonly #secret: SecretState;
  readonly #ports: MirrorPorts;
  readonly #signal: AbortSignal;
  /** Versions that somebody else wrote while this was about to write, as `name:version`. */
  readonly #overwritten: string[] = [];

  constructor(
    wanted: readonly Wanted[],
    spec: MirrorSpec,
    secret: SecretState,
    ports: MirrorPorts,
    signal: AbortSignal,
  ) {
    this.#wanted = wanted;
    this.#spec = spec;
    this.#secret = secret;
    this.#ports = ports;
    this.#signal = signal;
  }

  async run(): Promise<Outcome> {
    let stale: readonly Wanted[] = [];
    for (let round = 0; round < maximumRounds; round += 1) {
      const found = await this.#read();
      const decision = await this.#decide(found);
      if (decision.kind === "drift")
        return { found, written: round > 0, drifted: decision.parameters };
      // It has been compared by now.
      if (decision.kind === "compare") break;
      if (decision.kind === "current") {
        const [lost] = this.#overwritten;
        if (lost) throw new ParameterOverwritten(this.#secret.name, this.#overwritten);
        return { found, written: round > 0 };
      }
      stale = decision.stale;
      await this.#write(stale, found);
    }
    throw new ParameterContested(
      this.#secret.name,
      stale.map(({ parameter }) => parameter),
    );
  }

  async #read(): Promise<Found> {
    const names = this.#wanted.map(({ parameter }) => parameter);
    const found = await this.#ports.parameters.read(names, this.#signal);
    return new Map(found.map((each) => [each.name, each]));
  }

  async #decide(found: Found) {
    const decision = decide({ wanted: this.#wanted, found }, this.#spec);
    if (decision.kind !== "compare") return decision;
    const candidates = decision.stale.flatMap((wanted) => {
      const stored = found.get(wanted.parameter);
      return stored ? [{ wanted, found: stored }] : [];
    });
    const ours = await this.#ours(candidates);
    return decide({ wanted: this.#wanted, found, ours }, this.#spec);
  }

  async #write(stale: readonly Wanted[], found: Found): Promise<void> {
    const { parameters } = this.#ports;
    const existing = stale.flatMap(({ parameter }) => (found.has(parameter) ? parameter : []));
    const keepings = await parameters.keepings(existing, this.#signal);
    const { kmsKey, tier } = this.#spec;
    for (const wanted of stale) {
      const before = found.get(wanted.parameter);
      // Without them, the next version would go to the default key.
      const kept = keepings.get(wanted.parameter);
      const keeping = { kmsKey: kmsKey ?? kept?.kmsKey, tier: tier ?? kept?.tier };
      const write = { name: wanted.parameter, value: wanted.value, replaces: before !== undefined };
      const version = await parameters.write({ ...write, ...keeping }, this.#signal);
      if (before && version !== "exists") await this.#lookBetween(wanted, before.version, version);
    }
  }

  /** Parameter Store writes unconditionally: what came in between was overwritten, and must be told. */
  async #lookBetween(wanted: Wanted, before: number, written: number): Promise<void> {
    if (this.#spec.overwrite || written - before < 2) return;
    const names = Array.from(
      { length: written - before - 1 },
      (_, index) => `${wanted.parameter}:${before + 1 + index}`,
    );
    const between = await this.#ports.parameters.read(names, this.#signal);
    for (const found of between.filter(({ value }) => !value.equals(wanted.value)))
      if ((await this.#ours([{ wanted, found }])).size === 0) this.#overwritten.push(found.name);
  }

  #ours(candidates: Parameters<typeof ofEarlierVersions>[0]): Promise<ReadonlySet<string>> {
    return ofEarlierVersions(candidates, this.#secret, this.#ports.store, this.#signal);
  }
}
