import { VirtualClock } from "../../../../lab/walk/clock.ts";
import { Gate, Invocation } from "../../../../lab/walk/gate.ts";
import { currentOf, FakeSecrets, textOf } from "../../../../lab/walk/secrets.ts";
import { FakeStore } from "../../../../lab/walk/store.ts";
import type { Manifest } from "../../../../lib/manifest/manifest.ts";
import type { RetireResult } from "../../../../lib/retirement/result.ts";
import { retire } from "../../../../lib/retirement/retire.ts";
import { steps } from "../../../../lib/rotation/event.ts";
import { type RotationPorts, rotate } from "../../../../lib/rotation/rotate.ts";
import { httpProvider } from "../../../../lib/rotators/http/provider.ts";
import { isHttpSpec } from "../../../../lib/rotators/http/spec.ts";
import type { Transport } from "../../../../lib/rotators/http/transport.ts";
import { KeyCredential } from "../../../../lib/rotators/key/credential.ts";
import { holderOf, retiringVersions, staleOrigins } from "../../../../lib/secret/labels.ts";
import { contextFor } from "../../../context.ts";

/** One secret in memory whose key rotates by the product's own code, and an administrator's secret beside it. */
export class PresetAccount {
  readonly clock = new VirtualClock(Date.parse("2027-01-01T00:00:00Z"));
  readonly secrets = new FakeSecrets(this.clock, () => {});
  readonly warnings: string[] = [];
  readonly #manifest: Manifest;
  readonly #secret;
  #refusedSince: string | undefined;

  constructor(manifest: Manifest, document: object) {
    this.#manifest = manifest;
    const [name = ""] = Object.keys(manifest.secrets);
    this.#secret = this.secrets.create(name, JSON.stringify(document));
  }

  /** AWSCURRENT. */
  get value(): Record<string, string> {
    return JSON.parse(textOf(currentOf(this.#secret)) ?? "{}");
  }

  get isSettled(): boolean {
    return retiringVersions(this.secrets.seen(this.#secret)).length === 0;
  }

  /** The four steps, all of them again after a failure, as Secrets Manager makes them. */
  async rotate(token: string, transport: Transport): Promise<void> {
    const { versions, arn } = this.#secret;
    versions.set(token, { id: token, labels: new Set(), createdAt: this.clock.now });
    this.#label("AWSPENDING", token);
    for (let attempt = 1; ; attempt += 1)
      try {
        for (const step of steps)
          await rotate({ step, secretId: arn, token }, this.#ports(transport), this.#context());
        return;
      } catch (error) {
        if (attempt === 3) throw error;
      }
  }

  /** One look of settlement, once the consumers are proven. */
  async settle(transport: Transport): Promise<RetireResult | undefined> {
    const [retiring] = retiringVersions(this.secrets.seen(this.#secret));
    if (!retiring) return undefined;
    const since = this.#refusedSince === undefined ? {} : { refusedSince: this.#refusedSince };
    const { version } = retiring;
    const request = {
      action: "retireUnused",
      secret: this.#secret.arn,
      version,
      ...since,
    } as const;
    const result = await retire(request, this.#ports(transport), this.#context());
    if (result.accepted === false) this.#forget();
    this.#refusedSince = result.refused
      ? (this.#refusedSince ?? new Date(this.clock.now).toISOString())
      : undefined;
    return result;
  }

  /** As settlement does when all is proven. */
  #forget(): void {
    for (const { label } of staleOrigins(this.secrets.seen(this.#secret))) this.#label(label);
    this.#label("RETIRING");
  }

  #label(label: string, to?: string): void {
    this.secrets.move(this.#secret, label, holderOf(this.secrets.seen(this.#secret), label), to);
  }

  #ports(transport: Transport): RotationPorts {
    const by = new Invocation("call", this.clock.now, 900_000, 0);
    return {
      store: new FakeStore(this.secrets, new Gate(this.clock), by),
      manifest: this.#manifest,
      alerts: { prove: async () => 1, publish: async () => {} },
      async credential(spec) {
        if (!isHttpSpec(spec)) throw new TypeError(`no key of a preset: ${spec.type}`);
        return new KeyCredential(spec, httpProvider(spec, transport));
      },
    };
  }

  #context() {
    return contextFor({
      now: () => new Date(this.clock.now),
      sleep: async (ms) => this.clock.pass(ms),
      log: { warn: (_, message) => void this.warnings.push(message) },
    });
  }
}
