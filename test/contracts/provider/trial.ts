import { expect } from "vitest";
import { RotationError } from "../../../lib/errors.ts";
import type { Access, KeyEntry, KeyParts, Outcome } from "../../../lib/rotators/key/provider.ts";
import { everyRendering } from "../../rendering.ts";
import type { Abilities, ServiceFixture } from "./service.ts";

/** Of a key that a test creates. */
export const name = "qt-app-k7m2p9x4w1-b3n8v5c2z6";

/** A provider that is tried, and its calls. */
export interface Trial {
  readonly can: Abilities;
  /** The service of this test. */
  readonly at: () => ServiceFixture;
  readonly make: (more?: Partial<Access>) => Promise<KeyParts>;
  /** Made by the provider where it can, else by a person. */
  readonly newKey: () => Promise<KeyParts>;
  readonly probe: (key: KeyParts) => Promise<Outcome>;
  readonly list: () => Promise<readonly KeyEntry[]>;
  readonly remove: (id: string) => Promise<void>;
  readonly disable: (id: string) => Promise<void>;
  readonly endSessions: (id: string) => Promise<void>;
  /** The error of a call. No value of a key or of an administrator is in it, however it is rendered. */
  readonly refusal: (call: Promise<unknown>) => Promise<RotationError>;
}

export function trialOf(can: Abilities, at: () => ServiceFixture): Trial {
  const make = async (more: Partial<Access> = {}) => {
    const key = await at().provider.create?.(name, { ...at().access, ...more });
    if (!key) throw new TypeError("Only a person creates its keys.");
    return key;
  };
  return {
    can,
    at,
    make,
    newKey: async () => (can.cannotCreate ? at().handOut("by hand") : make()),
    probe: (key) => at().provider.probe(key, at().access),
    list: async () => (await at().provider.list?.(at().access)) ?? [],
    remove: async (id) => at().provider.remove?.(id, at().access),
    disable: async (id) => at().provider.disable?.(id, at().access),
    endSessions: async (id) => at().provider.endSessions?.(id, at().access),
    async refusal(call) {
      const thrown = await errorOf(call);
      const rendered = everyRendering(thrown);
      for (const value of at().secrets()) expect(rendered).not.toContain(value);
      return thrown;
    },
  };
}

async function errorOf(call: Promise<unknown>): Promise<RotationError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof RotationError) return error;
    throw error;
  }
  throw new Error("Nothing was thrown.");
}

export const isAlive = ({ is }: Outcome): boolean => is === "alive" || is === "restricted";

export const idOf = (key: KeyParts): string => key.get("id")?.reveal() ?? "";

/** What a probe says, or that it cannot tell. */
export const outcomeOf = (probe: Promise<Outcome>): Promise<Outcome> =>
  probe.catch((error: unknown) => ({ is: "unknown", why: String(error) }));
