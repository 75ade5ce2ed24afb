/** What decides which parameters a mirror writes. */
interface Mapping {
  readonly prefix?: string | undefined;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Where a field goes; `undefined` when it is not mirrored. `OPENAI_API_KEY` below `/app/` is `/app/openai-api-key`. */
export function parameterFor(field: string, { prefix, parameters }: Mapping): string | undefined {
  if (Object.hasOwn(parameters, field)) return parameters[field];
  return prefix && prefix + field.toLowerCase().replaceAll("_", "-");
}

/** Whether a mirror writes, or might come to write, a parameter of this name. */
export function claims({ prefix, parameters }: Mapping, name: string): boolean {
  const isBelow = prefix !== undefined && name.slice(0, name.lastIndexOf("/") + 1) === prefix;
  return isBelow || Object.values(parameters).includes(name);
}

/**
 * The problem of a name that Parameter Store does not accept (Systems Manager user guide, "Understanding requirements
 * and constraints for parameter names").
 */
export function nameProblem(name: string): string | undefined {
  const invalid = /[^A-Za-z0-9_.\-/]/.exec(name)?.[0];
  if (invalid !== undefined)
    return `contains ${JSON.stringify(invalid)}: only letters, digits and . - _ / are allowed`;
  if (/^\/?(aws|ssm)/i.test(name)) return "begins with aws or ssm, which AWS reserves";
  if (name.includes("/") && !name.startsWith("/"))
    return "is a path that does not begin with /: write it in full";
  if (!/^\/?[^/]+(\/[^/]+)*$/.test(name)) return "is empty, or has an empty part between slashes";
  if (name.split("/").length > deepest + 1) return `is deeper than ${deepest} levels`;
  if (name.length > longest) return `is longer than ${longest} characters`;
  return undefined;
}

const deepest = 15;

/** Of 1011 characters, the rest is for what precedes the name in the ARN, in any partition and Region. */
const longest = 940;
