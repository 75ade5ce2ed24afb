import { type Node, type ParseError, parseTree } from "jsonc-parser";
import { fieldAt } from "./field.ts";

/** The object that a text consists of, as strict JSON; `undefined` if it is anything else. */
export function objectIn(text: string): Node | undefined {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { disallowComments: true });
  return root?.type === "object" && errors.length === 0 ? root : undefined;
}

/** Every string below a node with the field that holds it. */
export function* textsIn(
  node: Node,
  path: readonly string[],
): Generator<readonly [field: string, text: string]> {
  if (node.type === "string") yield [fieldAt(path), String(node.value)];
  if (node.type === "array")
    for (const [index, child] of (node.children ?? []).entries())
      yield* textsIn(child, [...path, String(index)]);
  if (node.type === "object")
    for (const { children: [key, value] = [] } of node.children ?? [])
      if (key && value) yield* textsIn(value, [...path, String(key.value)]);
}

/**
 * The node that a path leads to. JSON.parse takes the last of two fields with one name, other parsers the first, so
 * neither is taken.
 */
export function nodeAt(
  root: Node,
  path: readonly (string | number)[],
): Node | "ambiguous" | undefined {
  let node: Node | undefined = root;
  for (const step of path) {
    const matching = childrenAt(node, step);
    if (matching.length > 1) return "ambiguous";
    node = matching[0];
  }
  return node;
}

function childrenAt(node: Node | undefined, step: string | number): readonly Node[] {
  const children = node?.children ?? [];
  if (node?.type === "array") return typeof step === "number" ? children.slice(step, step + 1) : [];
  if (node?.type !== "object") return [];
  return children.flatMap(({ children: [key, value] = [] }) =>
    key?.value === String(step) && value ? [value] : [],
  );
}
