import { z } from "zod";
import { defined } from "./defined.ts";
import type { MirrorSpec } from "./manifest.ts";
import { inStage } from "./names.ts";
import { nameProblem } from "./parameter-names.ts";
import type { Path } from "./remark.ts";

/** Fields of a secret that are copied to SSM parameters. */
export const mirrorSchema = z
  .strictObject({
    prefix: z
      .string()
      .meta({ examples: ["/clip-it/"] })
      .describe(
        "Every field goes below this path: OPENAI_API_KEY to /clip-it/openai-api-key. Fields that are empty, or neither a string nor a number, are left out.",
      ),
    parameters: z
      .record(z.string().min(1, "must name a field of the secret"), z.string())
      .meta({ examples: [{ MONGODB_URL: "/clip-it/mongodb-url" }] })
      .describe("Name of the parameter, by field; it takes precedence over the prefix."),
    kmsKey: z
      .string()
      .regex(
        /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[A-Za-z0-9-]+$/,
        "must be the ARN of a KMS key (arn:aws:kms:REGION:ACCOUNT:key/ID); IAM policies cannot grant an alias or a key id",
      )
      .meta({ examples: ["arn:aws:kms:eu-central-1:123456789012:key/ID"] })
      .describe(
        "ARN of the KMS key that encrypts the parameters; default each one's present key, else aws/ssm.",
      ),
    tier: z
      .enum(["Standard", "Advanced", "Intelligent-Tiering"])
      .describe(
        "The tier of the parameters; default each one's present tier, else the account's default.",
      ),
    overwrite: z
      .boolean()
      .describe(
        "Whether to overwrite a value that the secret never held; by default it is kept and reported (PARAMETER_DRIFT).",
      ),
  })
  .partial();

/** With the stage's name in the names. */
export function completedMirror(input: z.infer<typeof mirrorSchema>, stage: string): MirrorSpec {
  const { prefix, parameters = {}, overwrite = false, kmsKey, tier } = input;
  const names = Object.entries(parameters).map(([field, name]) => [field, inStage(name, stage)]);
  return {
    ...defined({ prefix: prefix && inStage(prefix, stage), kmsKey, tier }),
    parameters: Object.fromEntries(names),
    overwrite,
  };
}

/** What is wrong with a mirror as such; paths are relative to it. */
export function* mirrorProblems({ prefix, parameters }: MirrorSpec): Generator<[Path, string]> {
  const mapped = Object.entries(parameters);
  if (!prefix && mapped.length === 0)
    yield [[], "mirrors nothing: add prefix (/app/) for every field, or parameters for some"];
  const path = prefix && pathProblem(prefix);
  if (path) yield [["prefix"], path];
  for (const [index, [field, name]] of mapped.entries()) {
    const problem = nameProblem(name);
    if (problem !== undefined) yield [["parameters", field], `${JSON.stringify(name)} ${problem}`];
    const [other] = mapped.slice(0, index).find(([, each]) => sameName(each, name)) ?? [];
    if (other !== undefined)
      yield [["parameters", field], `${name} already holds ${other}: name another parameter`];
  }
}

function pathProblem(prefix: string): string | undefined {
  if (!/^\/.+\/$/.test(prefix)) return "must begin and end with a slash, like /clip-it/";
  const problem = nameProblem(`${prefix}x`);
  return problem && `${JSON.stringify(prefix)} ${problem}`;
}

/** The mirror of a secret, and where it stands in the manifest. */
interface Placed {
  readonly secret: string;
  readonly path: Path;
  readonly mirror: MirrorSpec;
}

/** Parameters that two secrets would write. Only those are compared that share a path or a name. */
export function* clashes(mirrors: readonly Placed[]): Generator<[Path, string]> {
  const before = new Map<string, Placed[]>();
  for (const each of mirrors) {
    const { prefix, parameters } = each.mirror;
    const names = Object.values(parameters);
    const path = prefix === undefined ? [] : [prefix];
    const shared = [
      ...path.flatMap((folder) => [`prefix ${folder}`, `in ${folder}`]),
      ...names.flatMap((name) => [`name ${slashless(name)}`, `prefix ${folderOf(name)}`]),
    ];
    const others = new Set(shared.flatMap((key) => before.get(key) ?? []));
    for (const other of others)
      for (const [below, problem] of clash(each.mirror, other))
        yield [[...each.path, ...below], problem];
    const own = [
      ...path.map((folder) => `prefix ${folder}`),
      ...names.flatMap((name) => [`name ${slashless(name)}`, `in ${folderOf(name)}`]),
    ];
    for (const key of new Set(own)) append(before, key, each);
  }
}

function append(to: Map<string, Placed[]>, key: string, each: Placed): void {
  const known = to.get(key);
  if (known) known.push(each);
  else to.set(key, [each]);
}

function* clash(mirror: MirrorSpec, other: Placed): Generator<[Path, string]> {
  const theirs = other.mirror;
  if (mirror.prefix !== undefined && mirror.prefix === theirs.prefix)
    yield [
      ["prefix"],
      `${mirror.prefix} is already the prefix of ${other.secret}: choose another path`,
    ];
  for (const [field, name] of Object.entries(mirror.parameters))
    if (isTaken(name, theirs))
      yield [["parameters", field], `${name} belongs to ${other.secret}: name another parameter`];
  for (const name of Object.values(theirs.parameters))
    if (isBelow(name, mirror))
      yield [
        ["prefix"],
        `${name}, which belongs to ${other.secret}, is below it: choose another path`,
      ];
}

function isTaken(name: string, theirs: MirrorSpec): boolean {
  const isMapped = Object.values(theirs.parameters).some((each) => sameName(each, name));
  return isMapped || isBelow(name, theirs);
}

const isBelow = (name: string, { prefix }: MirrorSpec) =>
  prefix !== undefined && folderOf(name) === prefix;

const folderOf = (name: string) => name.slice(0, name.lastIndexOf("/") + 1);

/** `/name` and `name` are the same parameter (Systems Manager user guide, requirements for parameter names, "Uniqueness"). */
const sameName = (one: string, other: string) => slashless(one) === slashless(other);
const slashless = (name: string) => name.replace(/^\//, "");
