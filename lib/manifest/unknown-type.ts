import { suggestion } from "./suggestion.ts";
import type { TypeList } from "./type.ts";

/** The problem of a type that does not exist. */
export function unknownType(name: string, { types }: TypeList): string {
  const known = Object.keys(types);
  const near = suggestion(name, known);
  const unknown = `unknown type ${JSON.stringify(name)}`;
  return near
    ? `${unknown}${near}; the types are ${known.join(", ")}`
    : `${unknown}: the types are ${known.join(", ")}. Until there is one for it, add exempt: { reason: …, until: YYYY-MM-DD } to the secret`;
}
