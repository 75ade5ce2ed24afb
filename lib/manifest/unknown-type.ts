import { suggestion } from "./suggestion.ts";
import type { TypeList } from "./type-list.ts";

/** The problem of a type that does not exist. */
export function unknownType(name: string, { types }: TypeList): string {
  const known = Object.keys(types);
  const unknown = `unknown type ${JSON.stringify(name)}`;
  if (/\.ya?ml$/.test(name))
    return `${unknown}: the path of a preset of your own begins with ./ or ../, like ./${name.replace(/^\//, "")}`;
  const longer = known.filter((each) => each.startsWith(`${name.toLowerCase()}-`));
  const near =
    longer.length > 0
      ? ` (did you mean ${longer.map((each) => JSON.stringify(each)).join(" or ")}?)`
      : suggestion(name, known);
  return near
    ? `${unknown}${near}; the types are ${known.join(", ")}`
    : `${unknown}: the types are ${known.join(", ")}. For a provider that is not among them, write a preset (docs/write-a-preset.md), or, for the time being, add exempt: { reason: …, until: YYYY-MM-DD } to the secret`;
}
