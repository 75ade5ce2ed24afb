import { globSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { RotationError } from "../../../lib/errors.ts";
import type { Problem } from "../../../lib/settlement/consumer.ts";
import { SettlementStuck, settlementRemedies } from "../../../lib/settlement/errors.ts";

const abstractOrTabular = [
  "ChangeUnderWay",
  "DocumentError",
  "InvokedFailed",
  "RetirementTask",
  "SettledProblem",
  "SettlementStuck",
];

type ErrorClass = new (...values: unknown[]) => RotationError;

const extendsAnError = /^export class \w+ extends (RotationError|\w+Error|\w+Failed) \{/m;

/** Every class of production code that can be thrown, by name, so that no test has to list them. */
const errorClasses: ReadonlyMap<string, ErrorClass> = new Map(
  (
    await Promise.all(
      globSync("{lib,infra}/**/*.ts")
        .filter((file) => extendsAnError.test(readFileSync(file, "utf8")))
        .map(async (file): Promise<object> => import(resolve(file))),
    )
  )
    .flatMap((module) => Object.entries(module))
    .filter(([, value]) => value !== RotationError && value?.prototype instanceof RotationError)
    .filter(([name]) => !abstractOrTabular.includes(name)),
);

/** One error of every code, about `name`. */
export function everyError(name: string): readonly RotationError[] {
  const classes = [...errorClasses.values()].map((Class) => made(Class, name));
  const own = new Set(classes.map(({ code }) => code));
  const stuck = problems
    .filter(({ code }) => !own.has(code))
    .map((problem) => new SettlementStuck({ ...problem, why: name }, name, true));
  return [...classes, ...stuck];
}

/** Those of settlement, and those of each type of consumers. */
const problems: readonly Omit<Problem, "why">[] = (
  await Promise.all(
    globSync("lib/consumers/*/errors.ts").map(
      async (file) => (await import(resolve(file))).remedies,
    ),
  )
)
  .concat(settlementRemedies)
  .flatMap((remedies: Readonly<Record<string, string>>) =>
    Object.entries(remedies).map(([code, remedy]) => ({ code, remedy })),
  );

/**
 * Some take a list where others take a text: then a list of one, which is rendered as its text; or a failure, which says
 * what and why; or of one remark.
 */
function made(Class: ErrorClass, name: string): RotationError {
  const failure = { failure: name, why: name, happened: name, remedy: name, toString: () => name };
  const errors = [name, [name], failure, [{ path: [], message: name }]].flatMap((argument) => {
    try {
      return [new Class(...Array.from({ length: 5 }, () => argument))];
    } catch {
      return [];
    }
  });
  const whole = errors.find(({ message }) => !message.includes("undefined"));
  const error = whole ?? errors.find(({ remedy }) => typeof remedy === "string");
  if (!error) throw new Error(`${Class.name} takes none of these arguments`);
  return error;
}
