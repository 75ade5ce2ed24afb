import { matches } from "./matches.ts";

/** As a statement of a policy has it. */
export type Conditions = Readonly<
  Record<string, Readonly<Record<string, string | readonly string[]>>>
>;

/** What IAM knows of a request, by condition key; an absent key has no entry. */
export type RequestContext = Readonly<Record<string, readonly string[]>>;

type Test = (values: readonly string[] | undefined, wanted: readonly string[]) => boolean;

const any =
  (same: (pattern: string, value: string) => boolean): Test =>
  (values, wanted) =>
    values?.some((value) => wanted.some((each) => same(each, value))) ?? false;
const equal = (one: string, other: string) => one === other;

/** IAM user guide, "Condition operators" and "Multivalued context keys": only those that the template uses. */
const operators: Readonly<Record<string, Test>> = {
  StringEquals: any(equal),
  StringLike: any(matches),
  ArnEquals: any(matches),
  Bool: any(equal),
  BoolIfExists: (values, wanted) => values === undefined || any(equal)(values, wanted),
  Null: (values, wanted) => any(equal)([String(values === undefined)], wanted),
  "ForAllValues:StringEquals": (values, wanted) =>
    (values ?? []).every((value) => wanted.includes(value)),
  "ForAllValues:StringLike": (values, wanted) =>
    (values ?? []).every((value) => wanted.some((each) => matches(each, value))),
};

/** Whether the conditions of a statement hold for a request. */
export function holds(conditions: Conditions, context: RequestContext): boolean {
  return Object.entries(conditions).every(([operator, keys]) =>
    Object.entries(keys).every(([key, wanted]) => {
      const test = operators[operator];
      if (!test) throw new Error(`unknown condition operator ${operator}`);
      return test(context[key], [wanted].flat());
    }),
  );
}
