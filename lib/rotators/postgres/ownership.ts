import type { PairOwnership } from "../login/pair.ts";
import { type Run, readRoles } from "./roles.ts";
import { quoteName } from "./statements.ts";
import { inTransaction } from "./transaction.ts";

/** What the clone owns, and how it comes to the role as which both act. */
export const ownershipBy = (run: Run): PairOwnership => ({
  async cloneOwnsObjects(pair, signal) {
    return (await readRoles(run, pair, signal)).clone?.ownsObjects ?? false;
  },

  async takeOver(pair, signal) {
    const { actsAs } = await readRoles(run, pair, signal);
    const names = `${quoteName(pair.clone)} TO ${quoteName(actsAs)}`;
    const action = `reassign what ${pair.clone} owns to ${actsAs}`;
    await inTransaction(run, action, signal, async () => {
      await run(`SET LOCAL ROLE none; REASSIGN OWNED BY ${names}`, action, signal);
    });
  },
});
