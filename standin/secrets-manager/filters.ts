import { z } from "zod";
import { AwsError, invalidParameter } from "../aws-error.ts";
import type { Secret } from "./secret.ts";

/** What a search value is compared with: what the filter's key names, or single words of it. */
interface Matcher {
  readonly by: "prefix" | "words";
  texts(secret: Secret): readonly string[];
}

const tagKeys = ({ tags }: Secret) => tags.map(({ Key }) => Key);
const tagValues = ({ tags }: Secret) => tags.map(({ Value }) => Value);

/**
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_Filter.html. `description` is compared word
 * by word as `all` is (verified on AWS by moto's test_with_filter_with_value_with_multiple_words). No secret
 * here belongs to another service or is a replica: `owning-service` and `primary-region` match none.
 */
const MATCHERS = new Map<string, Matcher>([
  [
    "all",
    { by: "words", texts: (s) => [s.name, s.description ?? "", ...tagKeys(s), ...tagValues(s)] },
  ],
  ["name", { by: "prefix", texts: ({ name }) => [name] }],
  ["tag-key", { by: "prefix", texts: tagKeys }],
  ["description", { by: "words", texts: ({ description = "" }) => [description] }],
  ["tag-value", { by: "prefix", texts: tagValues }],
  ["primary-region", { by: "prefix", texts: () => [] }],
  ["owning-service", { by: "prefix", texts: () => [] }],
]);

const filter = z.object({
  Key: z.string().optional(),
  Values: z
    .array(
      z
        .string()
        .max(512)
        .regex(/^!?[a-zA-Z0-9 :_@/+=.\-!]*$/),
    )
    .max(10)
    .optional(),
});
type Filter = z.infer<typeof filter>;

export const filters = z.array(filter).max(10);

/**
 * Whether the secret fits every filter. A filter fits if one of its values does; "!" turns a value into its
 * opposite.
 */
export function matches(secret: Secret, all: readonly Filter[]): boolean {
  return all.map(checked).every(({ matcher, values }) =>
    values.some((value) => {
      const isNegated = value.startsWith("!");
      return fits(matcher, secret, isNegated ? value.slice(1) : value) !== isNegated;
    }),
  );
}

/** Throws, as AWS does, also where there is no secret to compare. */
export function checkFilters(all: readonly Filter[]): void {
  all.forEach(checked);
}

function checked({ Key, Values }: Filter, index: number) {
  if (Key === undefined) throw invalidParameter("Invalid filter key");
  const matcher = MATCHERS.get(Key);
  if (matcher === undefined) {
    throw new AwsError(
      "ValidationException",
      `1 validation error detected: Value '${Key}' at 'filters.${index + 1}.member.key' failed to satisfy constraint: Member must satisfy enum value set: [${[...MATCHERS.keys()].join(", ")}]`,
    );
  }
  if (!Values?.length) throw invalidParameter(`Invalid filter values for key: ${Key}`);
  return { matcher, values: Values };
}

function fits(matcher: Matcher, secret: Secret, value: string): boolean {
  const texts = matcher.texts(secret);
  if (matcher.by === "prefix") return texts.some((text) => text.startsWith(value));
  const [wanted, present] = [words(value), texts.flatMap(words)];
  return wanted.length > 0 && wanted.every((word) => present.some((each) => each.startsWith(word)));
}

/**
 * "Breaks the filter value string into words and then searches all attributes": at other characters than letters and
 * digits, and ahead of a capital that a small letter follows, in small letters. So "COMPANYthings" is "compan" and
 * "ythings" (verified on AWS by moto's test_with_all_filter_special_characters).
 */
function words(text: string): string[] {
  return text
    .replace(/(?=[A-Z][a-z])/g, " ")
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== "")
    .map((word) => word.toLowerCase());
}
