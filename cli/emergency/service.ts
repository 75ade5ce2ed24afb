import { readFileSync } from "node:fs";
import { resolve } from "node:path";

const usual = "quarterturn";

/** The first part of the names of what is deployed, as serverless.yml says. */
export function serviceName(file = resolve(import.meta.dirname, "../../serverless.yml")): string {
  try {
    return /^service:\s*([\w-]+)\s*$/m.exec(readFileSync(file, "utf8"))?.[1] ?? usual;
  } catch {
    return usual;
  }
}
