import { z } from "zod";

/** The schema at this path below a schema, if there is one. */
export function schemaAt(
  root: z.core.$ZodType,
  path: readonly PropertyKey[],
): z.core.$ZodType | undefined {
  let schema: z.core.$ZodType | undefined = root;
  for (const step of path) schema = schema && inside(bare(schema), step);
  return schema && bare(schema);
}

function bare(schema: z.core.$ZodType): z.core.$ZodType {
  const innerType: unknown = Reflect.get(schema._zod.def, "innerType");
  return innerType instanceof z.core.$ZodType ? bare(innerType) : schema;
}

function inside(schema: z.core.$ZodType, step: PropertyKey): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodObject) return schema.shape[String(step)];
  if (schema instanceof z.ZodRecord) return schema.valueType;
  if (schema instanceof z.ZodArray) return schema.element;
  if (schema instanceof z.ZodUnion) return schema.options.map((o) => inside(o, step)).find(Boolean);
  return undefined;
}
