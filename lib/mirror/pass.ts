import type { MirrorSpec } from "../manifest/manifest.ts";
import type { SecretState, SecretStore } from "../secret/store.ts";
import { decide } from "./decide.ts";
import { ofEarlierVersions } from "./earlier.ts";
import { ParameterContested, ParameterOverwritten } from "./errors.ts";
import type { ParameterStore, StoredParameter } from "./parameters.ts";
import type { Wanted } from "./wanted.ts";

/** By name. */
type Stored = ReadonlyMap<string, StoredParameter>;

interface Outcome {
  readonly stored: Stored;
  readonly written: boolean;
  readonly drifted?: readonly string[];
}

interface PassInput {
  readonly wanted: readonly Wanted[];
  readonly spec: MirrorSpec;
  readonly secret: SecretState;
  readonly ports: { readonly store: SecretStore; readonly parameters: ParameterStore };
  readonly signal: AbortSignal;
}

/** Each round writes and looks, and looks again where somebody else wrote in between. */
const maximumRounds = 4;

/** One attempt to bring all parameters of a secret to what they should hold. */
export class Pass {
  readonly #input: PassInput;
  /** Versions that somebody else wrote while this was about to write, as `name:version`. */
  readonly #overwritten: string[] = [];

  constructor(input: PassInput) {
    this.#input = input;
  }

  /** @throws ParameterNotSecure, ParameterContested, ParameterOverwritten, AwsCallFailed */
  async run(): Promise<Outcome> {
    const { secret } = this.#input;
    let stale: readonly Wanted[] = [];
    for (let round = 0; round < maximumRounds; round += 1) {
      const stored = await this.#read();
      const decision = await this.#decide(stored);
      if (decision.kind === "drift")
        return { stored, written: round > 0, drifted: decision.parameters };
      // Not possible: `#decide` has compared.
      if (decision.kind === "compare") break;
      if (decision.kind === "current") {
        if (this.#overwritten.length > 0)
          throw new ParameterOverwritten(secret.name, this.#overwritten);
        return { stored, written: round > 0 };
      }
      stale = decision.stale;
      await this.#write(stale, stored);
    }
    throw new ParameterContested(
      secret.name,
      stale.map(({ parameter }) => parameter),
    );
  }

  async #read(): Promise<Stored> {
    const { wanted, ports, signal } = this.#input;
    const names = wanted.map(({ parameter }) => parameter);
    const stored = await ports.parameters.read(names, signal);
    return new Map(stored.map((each) => [each.name, each]));
  }

  async #decide(stored: Stored) {
    const { wanted, spec } = this.#input;
    const decision = decide({ wanted, stored }, spec);
    if (decision.kind !== "compare") return decision;
    const candidates = decision.stale.flatMap((each) => {
      const parameter = stored.get(each.parameter);
      return parameter ? [{ wanted: each, stored: parameter }] : [];
    });
    return decide({ wanted, stored, ours: await this.#ours(candidates) }, spec);
  }

  async #write(stale: readonly Wanted[], stored: Stored): Promise<void> {
    const { ports, spec, signal } = this.#input;
    const existing = stale.flatMap(({ parameter }) => (stored.has(parameter) ? parameter : []));
    const keepings = await ports.parameters.keepings(existing, signal);
    for (const wanted of stale) {
      const before = stored.get(wanted.parameter);
      // Without these, the next version would be encrypted with the default key.
      const kept = keepings.get(wanted.parameter);
      const version = await ports.parameters.write(
        {
          name: wanted.parameter,
          value: wanted.value,
          replaces: before !== undefined,
          kmsKey: spec.kmsKey ?? kept?.kmsKey,
          tier: spec.tier ?? kept?.tier,
        },
        signal,
      );
      if (before && version !== "exists") await this.#lookBetween(wanted, before.version, version);
    }
  }

  /** Parameter Store writes unconditionally: what came in between is overwritten, and must be reported. */
  async #lookBetween(wanted: Wanted, before: number, written: number): Promise<void> {
    const { ports, spec, signal } = this.#input;
    if (spec.overwrite || written - before < 2) return;
    const names = Array.from(
      { length: written - before - 1 },
      (_, index) => `${wanted.parameter}:${before + 1 + index}`,
    );
    const between = await ports.parameters.read(names, signal);
    for (const stored of between.filter(({ value }) => !value.equals(wanted.value)))
      if ((await this.#ours([{ wanted, stored }])).size === 0) this.#overwritten.push(stored.name);
  }

  #ours(candidates: Parameters<typeof ofEarlierVersions>[0]): Promise<ReadonlySet<string>> {
    const { secret, ports, signal } = this.#input;
    return ofEarlierVersions(candidates, secret, ports.store, signal);
  }
}
