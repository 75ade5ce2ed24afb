import type { Path } from "../../manifest/remark.ts";
import type { Question } from "./request.ts";
import type { Preset } from "./schema.ts";

/** A request of a preset, where it stands, and what its placeholders may stand for. */
export interface Placed {
  readonly path: Path;
  readonly question: Question;
  /** Beside `param`. */
  readonly sources: readonly string[];
  /** More templates that go with it, and where they stand. */
  readonly more?: readonly (readonly [Path, unknown])[];
}

/** Every request of a preset. */
export function* requestsOf(preset: Preset): Generator<Placed> {
  const { kind, create, operation, reveal, list, copy, identify, probe, facts, retire } = preset;
  const made = [...(kind === "roll" ? [] : ["name"]), "copied", "expires", "grace", "old"];
  if (create)
    yield {
      path: ["create"],
      question: create,
      sources: made,
      ...(create.exists && { more: [[["create", "exists", "id"], create.exists.id]] }),
    };
  if (operation) yield { path: ["operation"], question: operation, sources: ["reply"] };
  if (reveal) yield { path: ["reveal"], question: reveal, sources: ["new"] };
  if (list) yield { path: ["list"], question: list, sources: [] };
  if (copy) yield { path: ["copy"], question: copy, sources: ["old", "key"] };
  if (identify && "path" in identify)
    yield { path: ["identify"], question: identify, sources: ["key"] };
  yield { path: ["probe"], question: probe, sources: ["key", "old"] };
  if (facts) yield { path: ["facts"], question: facts, sources: ["key", "old"] };
  for (const stage of ["disable", "remove"] as const) {
    const { [stage]: ending } = retire;
    if (!ending) continue;
    const sources = ["old", "copied"];
    yield { path: ["retire", stage], question: ending, sources };
    if (ending.undo) yield { path: ["retire", stage, "undo"], question: ending.undo, sources };
  }
}
