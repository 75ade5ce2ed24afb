/** A tag of an IAM user. */
export interface Tag {
  readonly key: string;
  readonly value: string;
}

/** What is about to be created, written before it is: an access key has no name, and its id is known too late. */
export interface Intent {
  /** The attempt's own. */
  readonly id: string;
  /** Of the key. */
  readonly name: string;
  readonly at: Date;
  /** Ids of the keys that were there before. */
  readonly others: readonly string[];
}

/** An access key as IAM lists it. */
export interface ListedKey {
  readonly id: string;
  readonly createdAt?: Date | undefined;
  readonly lastUsedAt?: Date | null | undefined;
}

/** What the keys of the tags of intents begin with. */
export const intentPrefix = "quarterturn:creating:";

/** No function runs longer than Lambda lets it: what was created later is somebody else's. In milliseconds. */
const longestRun = 15 * 60_000;

export const intentTag = ({ id, name, at, others }: Intent): Tag => ({
  key: intentPrefix + id,
  value: [name, at.toISOString(), ...others].join(" "),
});

export function intentsIn(tags: readonly Tag[]): readonly Intent[] {
  return tags.flatMap(({ key, value }) => {
    const [name = "", at = "", ...others] = value.split(" ");
    const time = new Date(at);
    if (!key.startsWith(intentPrefix) || Number.isNaN(time.getTime())) return [];
    return { id: key.slice(intentPrefix.length), name, at: time, others };
  });
}

/** Whether nothing can be created for it any more. */
export const isOver = ({ at }: Intent, now: Date) => now.getTime() > at.getTime() + longestRun;

/**
 * The name of an access key: the tag whose key is its id, where the console keeps a key's description; else that of the
 * intent that it was created for. A key that anybody has used belongs to somebody: ours are tagged before they are used.
 */
export function nameOf(key: ListedKey, tags: readonly Tag[]): string | undefined {
  const tagged = tags.find((tag) => tag.key === key.id)?.value;
  if (tagged !== undefined || key.lastUsedAt || !key.createdAt) return tagged;
  const { id, createdAt } = key;
  return intentsIn(tags)
    .toSorted((a, b) => b.at.getTime() - a.at.getTime())
    .find((intent) => !intent.others.includes(id) && !isOver(intent, createdAt))?.name;
}
