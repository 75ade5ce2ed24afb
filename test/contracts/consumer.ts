import { beforeEach, describe, expect, it } from "vitest";
import type { ConsumerScope } from "../../lib/manifest/manifest.ts";
import type {
  Consumer,
  ConsumerType,
  ConsumerView,
  Found,
  Promotion,
  SecretIdentity,
} from "../../lib/settlement/consumer.ts";

/** A place in which a type of consumers can be tried. */
export interface ConsumerFixture {
  readonly type: ConsumerType;
  /** In which `start` starts consumers unless it is told otherwise. */
  readonly scope: ConsumerScope;
  /** A secret of its own. */
  secret(): SecretIdentity;
  /**
   * Starts a consumer that gets the values of these secrets now, and waits until it has them.
   * @returns its name, as the type gives it
   */
  start(secrets: readonly SecretIdentity[], where?: "inside" | "outside"): Promise<string>;
  /** Waits until what was started anew has the new values and nothing of before is left. */
  rolled(name: string): Promise<void>;
  /** How often it was started anew. */
  rolls(name: string): number;
}

/** What settlement relies on, whatever the type. */
export function consumerContract(name: string, open: () => ConsumerFixture): void {
  describe(`${name} as consumers`, () => {
    let fixture: ConsumerFixture;
    beforeEach(() => {
      fixture = open();
    });

    const never = new AbortController().signal;
    const look = () => fixture.type.look([fixture.scope], never);
    /** The value changes now; what starts later has the new one. */
    async function promote(): Promise<Promotion> {
      const at = new Date();
      while (Date.now() <= at.getTime()) await new Promise((resolve) => setTimeout(resolve, 1));
      return { at, parameters: new Map() };
    }
    const find = (view: ConsumerView, secret: SecretIdentity, promotion: Promotion) =>
      view.find(secret, promotion, fixture.scope);
    const kinds = ({ consumers }: Found) =>
      consumers.map(({ name, judgement }) => [name, judgement.kind]);
    const only = ({ consumers }: Found): Consumer => {
      const [consumer] = consumers;
      if (!consumer || consumers.length > 1) throw new Error(`${consumers.length} were found`);
      return consumer;
    };

    it("find nobody where nobody consumes the secret", async () => {
      const secret = fixture.secret();
      await fixture.start([fixture.secret()]);
      expect(await find(await look(), secret, await promote())).toEqual({
        consumers: [],
        blind: [],
      });
    });

    it("are old before the roll, on their way after it, and proven at its end", async () => {
      const secret = fixture.secret();
      const started = await fixture.start([secret]);
      const promotion = await promote();
      const view = await look();
      const found = await find(view, secret, promotion);
      expect(kinds(found)).toEqual([[started, "old"]]);
      expect(only(found).type).toBe(fixture.type.name);
      expect(fixture.rolls(started)).toBe(0);
      await view.roll(only(found));
      expect(fixture.rolls(started)).toBe(1);
      expect(["rolling", "proven"]).toContain(
        only(await find(await look(), secret, promotion)).judgement.kind,
      );
      await fixture.rolled(started);
      expect(kinds(await find(await look(), secret, promotion))).toEqual([[started, "proven"]]);
    });

    it("are proven where they started after the promotion", async () => {
      const secret = fixture.secret();
      const promotion = await promote();
      const started = await fixture.start([secret]);
      expect(kinds(await find(await look(), secret, promotion))).toEqual([[started, "proven"]]);
    });

    it("of several secrets are found for each by one look, and rolled once", async () => {
      const [one, other, third] = [fixture.secret(), fixture.secret(), fixture.secret()];
      const both = await fixture.start([one, other]);
      const alone = await fixture.start([third]);
      const promotion = await promote();
      const view = await look();
      const found = [];
      for (const secret of [one, other, third]) found.push(await find(view, secret, promotion));
      expect(found.map(kinds)).toEqual([[[both, "old"]], [[both, "old"]], [[alone, "old"]]]);
      for (const each of found) await view.roll(only(each));
      expect([fixture.rolls(both), fixture.rolls(alone)]).toEqual([1, 1]);
      await fixture.rolled(both);
      const after = await look();
      for (const secret of [one, other])
        expect(kinds(await find(after, secret, promotion))).toEqual([[both, "proven"]]);
    });

    it("outside the scope are reported and never to be rolled, old or new", async () => {
      const secret = fixture.secret();
      const started = await fixture.start([secret], "outside");
      for (const promotion of [{ at: new Date(0), parameters: new Map() }, await promote()])
        expect(only(await find(await look(), secret, promotion))).toMatchObject({
          name: started,
          judgement: {
            kind: "blocked",
            problem: {
              code: expect.stringMatching(/^[A-Z_]+$/),
              remedy: expect.stringMatching(/\.$/),
            },
          },
        });
    });

    it("are not looked at when the time is over", async () => {
      await expect(fixture.type.look([fixture.scope], AbortSignal.abort())).rejects.toMatchObject({
        code: "DEADLINE",
      });
    });
  });
}
