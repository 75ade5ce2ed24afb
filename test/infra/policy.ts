import type { Value } from "../../infra/cloudformation.ts";
import { type Conditions, holds, type RequestContext } from "./conditions.ts";
import { matches } from "./matches.ts";
import type { Template } from "./service.ts";

/** A statement of a policy as CloudFormation would send it to IAM. */
export interface PolicyStatement {
  readonly Effect: "Allow" | "Deny";
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Conditions;
}

/** What CloudFormation fills in, by the name in `${…}`. */
export type Facts = Readonly<Record<string, string>>;

/** Fills in every Fn::Sub; a name that the facts do not have stays as it is. */
function resolved(value: Value, facts: Facts): Value {
  if (Array.isArray(value)) return value.map((each) => resolved(each, facts));
  if (typeof value !== "object") return value;
  const record = value as { readonly [key: string]: Value };
  const text = record["Fn::Sub"];
  if (typeof text === "string")
    return text.replace(/\$\{([^}]+)\}/g, (whole, name: string) => facts[name] ?? whole);
  return Object.fromEntries(
    Object.entries(record).map(([key, each]) => [key, resolved(each, facts)]),
  );
}

/** Every statement of a role, in whichever policy it is. */
export function statementsOfRole(
  { Resources }: Pick<Template, "Resources">,
  id: string,
  facts: Facts = {},
): readonly PolicyStatement[] {
  const role = Resources[id]?.Properties as
    | { Policies?: { PolicyDocument: Value }[]; ManagedPolicyArns?: { Ref: string }[] }
    | undefined;
  if (!role) throw new Error(`The template has no ${id}.`);
  const inline = (role.Policies ?? []).map(({ PolicyDocument }) => PolicyDocument);
  const managed = (role.ManagedPolicyArns ?? []).map(
    ({ Ref }) => Resources[Ref]?.Properties["PolicyDocument"] ?? "",
  );
  return [...inline, ...managed].flatMap((document) => {
    const { Statement } = resolved(document, facts) as unknown as {
      Statement: readonly PolicyStatement[];
    };
    return Statement;
  });
}

/** Of one resource. */
export interface Request {
  readonly action: string;
  readonly resource: string;
  readonly context: RequestContext;
}

/** Whether a role may do this. */
export const allows = (
  statements: readonly PolicyStatement[],
  { action, resource, context }: Request,
): boolean =>
  statements.some(
    (statement) =>
      statement.Effect === "Allow" &&
      statement.Action.includes(action) &&
      statement.Resource.some((pattern) => matches(pattern, resource)) &&
      holds(statement.Condition ?? {}, context),
  );
