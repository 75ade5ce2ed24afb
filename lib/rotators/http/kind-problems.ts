import type { Path } from "../../manifest/remark.ts";
import type { Preset } from "./schema.ts";

type Problem = readonly [Path, string];

/** How long one look at a key may take, in milliseconds: it waits inside an invocation. */
const longestLook = 20_000;

/** What a kind of preset needs and this one lacks. */
export function* kindProblems(preset: Preset): Generator<Problem> {
  const { kind, create, list, grace, quiet, identify } = preset;
  if (kind === "supplied" && create)
    yield [
      ["create"],
      "is not for a preset of kind supplied, whose keys a person creates: remove it, or change the kind",
    ];
  if (kind !== "supplied" && !create)
    yield [["kind"], `is ${kind}, which needs create: add it, or write supplied`];
  if (create) yield* resultProblems(preset);
  if (kind === "issue" && !list)
    yield [["kind"], "is issue, which needs list to find a key whose reply was lost"];
  if (kind === "issue" && list && list.name === undefined)
    yield [
      ["list"],
      "has no name, which is needed to find a key whose reply was lost: say where an item has it",
    ];
  if ((kind === "roll-with-grace") !== (grace !== undefined))
    yield [["kind"], "roll-with-grace and grace belong together: write both, or neither"];
  if (identify && "hint" in identify && !list)
    yield [["identify"], "has a hint, which an item of list holds: add list, or remove it"];
  if (quiet && list?.lastUsed === undefined)
    yield [["quiet"], "needs list.lastUsed: add it, or remove quiet"];
  yield* authProblems(preset);
  yield* probeProblems(preset);
}

function* resultProblems({ kind, create, operation, reveal }: Preset): Generator<Problem> {
  const result = { ...create?.result, ...operation?.result, ...reveal?.result };
  if (!("secret" in result))
    yield [
      ["create", "result"],
      "has no secret, and no reveal has one: say where the reply has the key",
    ];
  if (kind === "issue" && !("id" in result))
    yield [
      ["create", "result"],
      "has no id, which is needed to delete the key: say where the reply has it",
    ];
}

function* authProblems({ kind, auth, admin }: Preset): Generator<Problem> {
  if (!auth.admin && !auth.key)
    yield [["auth"], "has neither admin nor key: say how requests are authorized"];
  if (!auth.admin && kind !== "supplied" && !admin?.self)
    yield [
      ["auth"],
      "has no admin: add it, or say that a key may manage its kind: admin.self: true",
    ];
}

function* probeProblems({ probe }: Preset): Generator<Problem> {
  const { times, every } = probe.dead;
  if ((times - 1) * every > longestLook)
    yield [
      ["probe", "dead", "every"],
      `makes one look at a key take ${((times - 1) * every) / 1e3} s, and 20 s is the most: settlement looks again automatically, for as long as within says`,
    ];
  const outcomes = probe.rules.map(({ is }) => is);
  if (!outcomes.includes("dead") || !outcomes.some((is) => is === "alive" || is === "restricted"))
    yield [
      ["probe", "rules"],
      "needs a rule for alive and one for dead: nothing else shows that a key works or has ended",
    ];
}
