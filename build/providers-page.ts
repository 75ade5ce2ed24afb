import { z } from "zod";
import { durationText } from "../lib/manifest/duration.ts";
import { inYaml } from "../lib/manifest/explanation.ts";
import { adminParts, hasOnePart, keysOf } from "../lib/rotators/http/keys.ts";
import { placeholdersIn } from "../lib/rotators/http/placeholders.ts";
import type { Preset } from "../lib/rotators/http/schema.ts";
import { httpType } from "../lib/rotators/http/type.ts";

/** docs/providers.md: what every preset says of its provider. */
export const providersPage = (presets: readonly Preset[]): string =>
  [head, table(presets), ...presets.map(section)].join("\n\n").concat("\n");

const head = `<!-- Written by \`npm run providers\` from lib/rotators/http/presets. Do not edit. -->
# Providers of API keys

Each of these is a \`type\` of a credential in rotation.yml. A provider is data, a preset: add one for yours with
[write-a-preset.md](write-a-preset.md), without a line of TypeScript.

\`admin\` names a secret with a credential that may manage keys. It is read anew for every call, and sent to that
provider alone. The id of a key is kept beside it in the secret, in the field with \`_id\` behind; a rotation adds it.
Keys that Quarterturn did not create stay until a person deletes them, unless you write \`adopt: true\`.`;

const kinds: Readonly<Record<Preset["kind"], string>> = {
  issue: "a new key beside the old one, which is deleted when nobody uses it",
  roll: "one call replaces the key: the old one ends at once",
  "roll-with-grace": "one call replaces the key: the old one works on for a time",
  supplied: "a person creates the key, and hands it over with `npm run supply`",
};

function table(presets: readonly Preset[]): string {
  const rows = presets.map(
    ({ preset, title, kind, checked }) =>
      `| [\`${preset}\`](#${preset}) | ${title} | ${kinds[kind]} | ${checked.on} |`,
  );
  return ["| type | provider | a rotation | checked |", "|---|---|---|---|", ...rows].join("\n");
}

function section(preset: Preset): string {
  const facts = [...factsOf(preset)].map((fact) => `- ${fact}`).join("\n");
  return [
    `<a id="${preset.preset}"></a>\n## ${preset.title}: \`${preset.preset}\``,
    `${preset.description} ${capital(kinds[preset.kind])}.`,
    example(preset),
    keys(preset),
    facts,
    `Sources, read on ${preset.checked.on}:\n\n${preset.checked.sources.map((each) => `- ${each}`).join("\n")}`,
  ].join("\n\n");
}

function example(preset: Preset): string {
  const { type, ...keys } = httpType(preset).example;
  const entry = Object.entries(keys).map(([key, value]) => `, ${key}: ${inYaml(value)}`);
  return `\`\`\`yaml\nproduction/api-keys/${preset.preset}: { type: ${type}${entry.join("")} }\n\`\`\``;
}

/** Those of this preset alone; the others are the same everywhere. */
function keys(preset: Preset): string {
  const own = Object.entries(keysOf(preset)).filter(([key]) => !common.includes(key));
  if (own.length === 0) return "It has no keys of its own.";
  const rows = own.map(([key, schema]) => {
    const description = schema instanceof z.ZodType ? schema.description : undefined;
    return `| \`${key}\` | ${(description ?? "").replaceAll("|", "\\|")} |`;
  });
  return ["| key | meaning |", "|---|---|", ...rows].join("\n");
}

const common = ["admin", "adminField", "adopt", "field", "fields", "plain"];

function* factsOf(preset: Preset): Generator<string> {
  const { admin, auth, probe, limits, quiet, reveal, copy, facts, userBound } = preset;
  yield `**In the secret:** ${partsOf(preset)}, unless \`${hasOnePart(preset) ? "field" : "fields"}\` says otherwise.`;
  if (preset.expiry?.default !== undefined)
    yield `**A new key ends by itself** after ${preset.expiry.default / day} days, unless \`expiresAfter\` says otherwise.`;
  for (const step of preset.manual.steps) yield `**By hand:** ${step}`;
  if (auth.admin && admin)
    yield `**Admin${preset.kind === "supplied" ? ", if you name one" : ""}:** ${admin.needs}${placeOf(preset)}.`;
  if (admin?.self) yield "**Without `admin`** the key of AWSCURRENT manages its kind.";
  if (userBound) yield "**A key belongs to a person**, and ends when that person leaves.";
  if (copy) yield `**Rights:** the new key gets ${copiedBy(preset).join(", ")} of the old one.`;
  if (facts)
    yield `**Before promotion** ${[facts.account && "the account", facts.rights && "the rights"].filter(Boolean).join(" and ")} of the new key must equal the old one's.`;
  if (reveal) yield "**A lost reply** costs nothing: the provider shows the key again.";
  yield `**Works** when ${probe.alive.times} answers in a row say so, within ${durationText(probe.alive.within)}.`;
  yield `**Counts as dead** when it has been refused for ${durationText(probe.dead.within)}, ${probe.dead.times} times in a row each time.`;
  if (quiet)
    yield `**Last use** is known, ${durationText(quiet.lag)} late at most: a key in use is not ended.`;
  yield retirement(preset);
  if (limits.maxKeys !== undefined)
    yield `**At most ${limits.maxKeys} keys**; none is freed that is not Quarterturn's.`;
  yield `**Console:** ${preset.manual.console}`;
  yield* preset.notes ?? [];
}

/** What a new key takes over; the rest of what is read is for other requests. */
function copiedBy({ copy, create }: Preset): readonly string[] {
  const used = placeholdersIn([create?.json, create?.form, create?.multipart, create?.query]);
  const names = used.flatMap(({ source, rest }) => (source === "copied" ? [rest] : []));
  return Object.keys(copy?.keep ?? {}).filter((name) => names.includes(name));
}

const day = 86_400_000;

/** Where the administrator's secret has its credential. */
function placeOf(preset: Preset): string {
  const parts = adminParts(preset);
  if (parts.length === 0) return "";
  const names = parts.map((part) => `\`${part}\``).join(" and ");
  return `, in the field${parts.length > 1 ? "s" : ""} ${names} of that secret`;
}

/** E.g. `account_sid`, `auth_token`. */
const partsOf = ({ fields }: Preset): string =>
  Object.values(fields)
    .map((field) => `\`${field}\``)
    .join(", ");

function retirement({ kind, grace, retire: { disable, remove } }: Preset): string {
  if (grace)
    return `**The old key** ends by itself ${durationText(grace.default)} after the new one is made; \`oldEndsAfter\` says otherwise, up to ${durationText(grace.max)}. After a leak it ends at once.`;
  if (kind === "roll") return "**The old key** ends when the new one is made.";
  const undone = remove?.undo
    ? ` It can be brought back: \`${remove.undo.method} ${remove.undo.path}\`.`
    : "";
  if (!remove && !disable) return "**Only a person can end a key.**";
  if (!disable) return `**The old key** is deleted.${undone}`;
  const after = remove ? `, and deleted ${durationText(disable.for)} later` : "";
  const enabled = disable.undo
    ? ` Until then \`${disable.undo.method} ${disable.undo.path}\` enables it.`
    : "";
  return `**The old key** is disabled${after}.${enabled}${undone}`;
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
