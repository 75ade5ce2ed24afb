/** `content` is XML already. */
export function element(name: string, content: string, namespace?: string): string {
  const attribute = namespace === undefined ? "" : ` xmlns="${escaped(namespace)}"`;
  return `<${name}${attribute}>${content}</${name}>`;
}

/** A list whose members have an element name of their own, as most lists of RDS: `<DBInstances><DBInstance>…`. */
export class Members {
  readonly name: string;
  readonly items: readonly unknown[];

  constructor(name: string, items: readonly unknown[]) {
    this.name = name;
    this.items = items;
  }
}

/**
 * A value as the Query protocol writes it: members as elements, lists of `<member>`, maps (a Map)
 * of `<entry>`. Undefined members are left out.
 */
export function xml(value: unknown): string {
  if (value instanceof Members)
    return value.items.map((each) => element(value.name, xml(each))).join("");
  if (Array.isArray(value)) return value.map((each) => element("member", xml(each))).join("");
  if (value instanceof Map) {
    return [...value].map(([key, each]) => element("entry", xml({ key, value: each }))).join("");
  }
  if (typeof value === "object" && value !== null) {
    return Object.entries(value)
      .map(([name, each]) => (each === undefined ? "" : element(name, xml(each))))
      .join("");
  }
  return escaped(String(value));
}

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\r": "&#13;",
};

/** XML 1.0 has no way to write the other control characters: U+FFFD takes their place. */
function escaped(text: string): string {
  return text
    .replaceAll(/[&<>"\r]/g, (character) => ESCAPES[character] ?? "")
    .replaceAll(/(?![\t\n\r\u{80}-\u{9F}])\p{Cc}|[\uFFFE\uFFFF]/gu, "\uFFFD");
}
