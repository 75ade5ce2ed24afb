import { afterEach, beforeEach, describe, expect } from "vitest";
import { creating } from "./provider/creating.ts";
import { ending } from "./provider/ending.ts";
import { probing } from "./provider/probing.ts";
import type { Abilities, ServiceFixture } from "./provider/service.ts";
import { telling } from "./provider/telling.ts";
import { trialOf } from "./provider/trial.ts";

/** What every provider must do (`lib/rotators/key/provider.ts`). */
export function providerContract(
  title: string,
  can: Abilities,
  open: () => Promise<ServiceFixture>,
): void {
  describe(title, () => {
    let at: ServiceFixture;
    beforeEach(async () => {
      at = await open();
    });
    afterEach(() => {
      expect(at.mistakes()).toEqual([]);
      return at[Symbol.asyncDispose]();
    });

    const trial = trialOf(can, () => at);
    for (const part of [probing, creating, telling, ending]) part(trial);
  });
}
