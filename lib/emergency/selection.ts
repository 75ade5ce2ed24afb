import { entryFor, type Manifest, type SecretEntry } from "../manifest/manifest.ts";
import { SecretIndex } from "../manifest/names.ts";
import { suggestion } from "../manifest/suggestion.ts";
import { secretNameOf } from "../secret/arn.ts";
import type { SecretState } from "../secret/store.ts";
import { NothingSelected } from "./errors.ts";
import type { Selection } from "./given-selection.ts";

/** A secret that is meant, by its name or ARN in the manifest. */
export interface Selected {
  readonly secretId: string;
  readonly entry: SecretEntry;
}

/**
 * The secrets of the manifest that are meant, in its order. Pure.
 * @param listed those of the account; only a tag needs them
 * @throws NothingSelected where a name is unknown, nothing matches, or a pattern matches everything
 */
export function select(
  selection: Selection,
  manifest: Manifest,
  listed: readonly SecretState[] = [],
): readonly Selected[] {
  const all = Object.entries(manifest.secrets).map(([secretId, entry]) => ({ secretId, entry }));
  if (all.length === 0)
    throw new NothingSelected("rotation.yml names no secrets.", "Name them there and deploy.");
  if ("all" in selection) return all;
  if ("secrets" in selection) return named(selection.secrets, all, manifest);
  if ("tag" in selection) return tagged(selection.tag, all, listed);
  const { pattern } = selection;
  const chosen = all.filter(({ secretId }) => matches(secretNameOf(secretId), pattern));
  if (chosen.length === 0)
    throw new NothingSelected(
      `No secret in rotation.yml matches ${JSON.stringify(pattern)}.`,
      `It has ${some(all)}. Quote the pattern, so that your shell leaves the * alone.`,
    );
  if (chosen.length === all.length && all.length > 1)
    throw new NothingSelected(
      `${JSON.stringify(pattern)} matches all ${all.length} secrets of rotation.yml.`,
      "If you mean all of them, say so with all.",
    );
  return chosen;
}

function named(
  names: readonly string[],
  all: readonly Selected[],
  manifest: Manifest,
): readonly Selected[] {
  const index = new SecretIndex<Selected>();
  for (const each of all) index.add(each.secretId, each);
  const found = names.map((name) => {
    const entry = entryFor(manifest, name);
    const selected = entry ? { secretId: name, entry } : index.find(name);
    if (selected) return selected;
    const known = all.map(({ secretId }) => secretNameOf(secretId));
    throw new NothingSelected(
      `rotation.yml does not name the secret ${JSON.stringify(name)}${suggestion(name, known)}.`,
      `It has ${some(all)}. Quarterturn does not rotate secrets that are not in it.`,
    );
  });
  return [...new Map(found.map((each) => [each.secretId, each])).values()];
}

function tagged(
  { key, value }: { readonly key: string; readonly value?: string },
  all: readonly Selected[],
  listed: readonly SecretState[],
): readonly Selected[] {
  const index = new SecretIndex<SecretState>();
  for (const each of listed) index.add(each.arn, each);
  const chosen = all.filter(({ secretId }) => {
    const has = index.find(secretId)?.tags.get(key);
    return has !== undefined && (value === undefined || has === value);
  });
  if (chosen.length > 0) return chosen;
  const tag = value === undefined ? key : `${key}=${value}`;
  throw new NothingSelected(
    `No secret in rotation.yml has the tag ${tag}.`,
    "A tag that was set within the last five minutes may not be visible yet: name the secrets instead.",
  );
}

/** `*` stands for any text, everything else for itself. Each part is looked for once, however many there are. */
function matches(name: string, pattern: string): boolean {
  const [first = "", ...parts] = pattern.split("*");
  const last = parts.pop();
  if (last === undefined) return name === pattern;
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const part of parts) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return name.endsWith(last) && name.length - last.length >= at;
}

/** For a message: a few of them. */
function some(all: readonly Selected[]): string {
  const names = all.slice(0, 5).map(({ secretId }) => secretNameOf(secretId));
  const more = all.length > names.length ? ` and ${all.length - names.length} more` : "";
  return `${names.join(", ")}${more}`;
}

/** Names in one event: an asynchronous invocation takes 256 KB (Lambda quotas). */
const mostNames = 1000;

/** What was planned is what is done, though tags change meanwhile. */
export const settledSelection = (selection: Selection, selected: readonly Selected[]): Selection =>
  "tag" in selection && selected.length <= mostNames
    ? { secrets: selected.map(({ secretId }) => secretId) }
    : selection;
