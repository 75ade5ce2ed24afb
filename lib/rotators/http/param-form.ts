import { z } from "zod";
import { inYaml } from "../../manifest/explanation.ts";
import { isHostName } from "./host-name.ts";
import type { Preset } from "./schema.ts";

export type Param = Preset["params"][string];

/** The form of a parameter in rotation.yml. */
export function formOf(param: Param): z.ZodType {
  const { description, example, required } = param;
  const fallback = param.default === undefined ? "" : ` Default ${JSON.stringify(param.default)}.`;
  return schemaOf(param)
    .meta(example === undefined ? {} : { examples: [example] })
    .describe(`${description}${required ? " Required." : fallback}`);
}

function schemaOf(param: Param): z.ZodType {
  if ("enum" in param) return z.enum(param.enum);
  if ("pattern" in param) {
    const like = typeof param.example === "string" ? `, like ${inYaml(param.example)}` : "";
    const item = z
      .string()
      .regex(new RegExp(`^(?:${param.pattern})$`), `must fit ${param.pattern}${like}`);
    return param.list ? z.array(item).min(1, "is empty: list at least one") : item;
  }
  return kinds[param.type];
}

const kinds = {
  host: z
    .string()
    .refine(
      isHostName,
      "must be a host name in lower case, like api.example.com: no URL, port or IP address",
    ),
  integer: z.int(),
  boolean: z.boolean(),
  // What YAML reads is JSON. (The description of z.json() is lost in a JSON Schema.)
  json: z.unknown(),
} as const;
