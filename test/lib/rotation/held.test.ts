import { expect, it } from "vitest";
import { Documents } from "../../../lib/rotation/documents.ts";
import { Secret } from "../../../lib/secret/secret.ts";
import { sightingTag, sightingText } from "../../../lib/secret/sighting.ts";
import { contextFor } from "../../context.ts";

interface Case {
  readonly labels: Readonly<Record<string, readonly string[]>>;
  /** Where AWSCURRENT was seen last. */
  readonly seen?: string;
  readonly isRefused?: boolean;
}

/** The versions that consumers may hold, by what the labels tell a rotation. */
async function heldBy({ labels, seen, isRefused = false }: Case): Promise<string[]> {
  const tags = new Map(
    seen ? [[sightingTag, sightingText({ version: seen, at: new Date(0) })]] : [],
  );
  const secret = { arn: "arn", name: "app", tags, versions: new Map(Object.entries(labels)) };
  const store = {
    read: async (_: string, version = "") => new Secret(JSON.stringify({ version })),
    unlabelled: async () => [],
  };
  const documents = new Documents({ secret, shape: undefined, store, context: contextFor() });
  const held: string[] = [];
  for await (const document of documents.held(isRefused))
    held.push(JSON.parse(document.text.reveal()).version);
  return held;
}

it.each<[string, Case, string[]]>([
  [
    "nothing, where AWSCURRENT is where it was seen",
    { labels: { new: ["AWSCURRENT"], old: ["AWSPREVIOUS"] }, seen: "new" },
    [],
  ],
  [
    "what AWSCURRENT was seen on",
    { labels: { hand: ["AWSCURRENT"], new: ["AWSPREVIOUS"] }, seen: "new" },
    ["new"],
  ],
  [
    "what AWSCURRENT left, where it is refused",
    { labels: { hand: ["AWSCURRENT"], new: ["AWSPREVIOUS"] }, isRefused: true },
    ["new"],
  ],
  [
    "what an earlier rotation began with, though RETIRING is on another version",
    {
      labels: {
        hand: ["AWSCURRENT", "RETIRING"],
        note: ["AWSPREVIOUS"],
        new: ["FROM-old"],
        next: ["AWSPENDING", "PREPARED", "FROM-hand"],
      },
      seen: "hand",
    },
    ["old"],
  ],
  [
    "nothing but what consumers got, where a rotation was given up",
    {
      labels: {
        old: ["AWSCURRENT"],
        given: ["FROM-old"],
        next: ["AWSPENDING", "PREPARED", "FROM-old"],
      },
      seen: "old",
    },
    [],
  ],
])("consumers may hold %s", async (_, given, held) => {
  expect(await heldBy(given)).toEqual(held);
});
