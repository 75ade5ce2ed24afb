import * as errors from "../../../lib/errors.ts";
import { RotationError } from "../../../lib/errors.ts";

/** Abstract, or made of a table. */
const others = [errors.DocumentError, errors.InvokedFailed, errors.SettlementStuck];

/** One of every class that the module exports, so that a new one cannot be forgotten, about `name`. */
export function everyError(name: string): readonly RotationError[] {
  const classes = Object.values(errors).flatMap((of) => {
    const isClass = typeof of === "function" && of.prototype instanceof RotationError;
    if (!isClass || others.some((other) => of === other)) return [];
    return [made(of as unknown as ErrorClass, name)];
  });
  return [
    ...classes,
    ...problems.map((code) => new errors.SettlementStuck(code, name, name, true)),
  ];
}

const problems = Object.keys(errors.settlementRemedies) as SettlementProblem[];
type SettlementProblem = ConstructorParameters<typeof errors.SettlementStuck>[0];

type ErrorClass = new (...values: (string | string[])[]) => RotationError;

/** Some take a list where others take a text: then a list of one, which is rendered as its text. */
function made(Class: ErrorClass, name: string): RotationError {
  const texts = [name, name, name, name, name];
  try {
    return new Class(...texts);
  } catch {
    return new Class(...texts.map((text) => [text]));
  }
}
