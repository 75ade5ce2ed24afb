import type { Answer } from "../../lib/emergency/emergency.ts";

/** `notes`: what is done beside the secrets; not of every action. */
type Plan = Answer & { readonly notes?: readonly string[] };

/** Names in one group. */
const mostNames = 5;

/** What will be done, for whoever has to say yes; secrets of which the same is said stand together. Pure. */
export function planLines({ id, action, secrets, notes = [] }: Plan): readonly string[] {
  const groups = Map.groupBy(secrets, ({ plan, says }) => `${plan}\n${says}`);
  const lines = [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const names = group.slice(0, mostNames).map(({ secret }) => secret);
    const more = group.length > names.length ? `, and ${group.length - names.length} more` : "";
    const refused = first.plan === "refuse" ? "REFUSED: " : "";
    return [`${names.join(", ")}${more}`, `  ${refused}${first.says}`];
  });
  const count = secrets.length === 1 ? "1 secret" : `${secrets.length} secrets`;
  return [`Emergency ${id}: ${action}, ${count}`, "", ...lines, ...notes, ""];
}
