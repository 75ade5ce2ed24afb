import { CredentialsRefused } from "../login/errors.ts";
import { address, type Login } from "../login/login.ts";
import type { Rehearsal, Strategy } from "../login/strategy.ts";
import type { Database } from "./database.ts";
import { DatabaseBusy } from "./errors.ts";
import { MasterSwitch } from "./master-switch.ts";
import type { Proof } from "./proof.ts";
import type { MasterSpec } from "./spec.ts";
import { requireUsable } from "./usable.ts";

/** Between two looks at a change that another rotation has begun, in milliseconds, and how often. */
const [lookPause, looks] = [3000, 60];

interface Master {
  readonly database: Database;
  readonly spec: MasterSpec;
  readonly proof: Proof;
}

/**
 * In place, by the API: RDS sets the password some time after it was asked to, so it is asked in finishSecret, which
 * moves AWSCURRENT as soon as a login shows the change. It needs no login that works: a database whose master password is
 * lost is brought back by the same steps.
 */
export function masterPassword({ database, spec, proof }: Master): Strategy {
  const usable = async ({ current, signal }: Pick<Rehearsal, "current" | "signal">) => {
    const state = await database.describe(signal);
    requireUsable(database, state, spec, current);
    return state;
  };

  /** What an earlier rotation has begun may still arrive. */
  const atRest = async (rehearsal: Rehearsal): Promise<void> => {
    for (let look = 0; look < looks; look += 1) {
      if (!(await usable(rehearsal)).isChanging) return;
      await rehearsal.sleep(lookPause);
    }
    throw new DatabaseBusy(database.name, "resetting-master-credentials");
  };

  return {
    username: (current) => current,

    async set(replacement) {
      await atRest(replacement);
      const { current, signal, outage } = replacement;
      if ((await proof(current, signal)) !== false) return "ready";
      outage();
      return "outage";
    },

    async test({ current, signal }) {
      if ((await proof(current, signal)) === false) throw refused(current);
    },

    async rehearse(rehearsal) {
      await usable(rehearsal);
      return [];
    },

    async openSwitch(replacement) {
      const { current, signal, sleep, outage } = replacement;
      const pending = await replacement.pending();
      const [state, works] = await Promise.all([usable(replacement), proof(current, signal)]);
      if (works === false) outage();
      const inForce = works === false && (await proof(pending, signal)) === true;
      return new MasterSwitch({ database, proof, sleep, current, pending, state, works, inForce });
    },

    /** The switch itself killed the old password. */
    async retire() {},

    /** Sessions do not show with which password they were opened. */
    sessions: async () => undefined,

    async endSessions() {
      return 0;
    },
  };
}

const refused = (login: Login) =>
  new CredentialsRefused(address(login), login.username, ["AWSCURRENT"]);
