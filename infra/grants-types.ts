import type { Grant, Grants } from "../lib/manifest/grant.ts";
import { typeOf } from "../lib/types.ts";
import type { Deployment } from "./deployment.ts";
import type { Statement } from "./grants.ts";

/** What the types of a deployment's credentials need, in one statement for all that may do the same. */
export function ofTypes({ manifest }: Deployment, what: keyof Grants): Statement[] {
  const grants = Object.values(manifest.secrets)
    .flatMap(({ credentials }) => credentials)
    .flatMap((spec) => typeOf(spec)?.grants?.(spec)[what] ?? []);
  const same = ({ actions, condition }: Grant) => JSON.stringify([actions, condition]);
  return [...Map.groupBy(grants, same).values()].flatMap((all) => {
    const [first] = all;
    const resources = [...new Set(all.flatMap(({ resources }) => resources))];
    return first ? { ...first, resources } : [];
  });
}
