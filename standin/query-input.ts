import { AwsError } from "./aws-error.ts";

interface Branch {
  [key: string]: Branch | string;
}

/**
 * The input of a form's flat, dotted parameters
 * (https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#collections-serialization):
 * `A.member.1` is the first of the list A; `A.entry.1.key` and `.value` (`.Name` and `.Value`
 * in message attributes) are one entry of the map A. Every leaf is a string.
 */
export function queryInput(body: string): Record<string, unknown> {
  const root = emptyBranch();
  for (const [name, value] of new URLSearchParams(body)) plant(root, name.split("."), value);
  return Object.fromEntries(Object.entries(root).map(([name, node]) => [name, inputOf(node)]));
}

/** Without a prototype: the names come from outside. */
function emptyBranch(): Branch {
  return Object.create(null) as Branch;
}

function plant(branch: Branch, [name = "", ...rest]: string[], value: string): void {
  if (rest.length === 0) {
    branch[name] = value;
    return;
  }
  const next = branch[name] ?? emptyBranch();
  if (typeof next === "string") {
    throw new AwsError(
      "MalformedQueryString",
      `The parameter ${name} is both value and list.`,
      404,
    );
  }
  branch[name] = next;
  plant(next, rest, value);
}

/** Integer keys of an object come in ascending order, so members keep their places. */
function inputOf(node: Branch | string): unknown {
  if (typeof node === "string") return node;
  const { member, entry } = node;
  if (typeof member === "object") return Object.values(member).map(inputOf);
  if (typeof entry === "object") {
    return Object.fromEntries(Object.values(entry).map((each) => keyAndValue(each)));
  }
  return Object.fromEntries(Object.entries(node).map(([name, child]) => [name, inputOf(child)]));
}

function keyAndValue(entry: Branch | string): [string, unknown] {
  const { key, Name, value, Value } = typeof entry === "string" ? emptyBranch() : entry;
  return [String(key ?? Name ?? ""), inputOf(value ?? Value ?? "")];
}
