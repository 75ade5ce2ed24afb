import { randomUUID } from "node:crypto";
import { fill, fillPath, fillText, textOf, type Values } from "./placeholders.ts";
import type { Preset } from "./schema.ts";
import type { Outgoing } from "./transport.ts";

/** A request of a preset whose every reply means something. */
export type Question = Omit<Preset["probe"], "rules" | "alive" | "dead">;

/**
 * A request with everything filled in.
 * @param host where it goes
 * @param headers more of them, filled in
 * @param more parameters of the URL, filled in; in place of those with the same name
 * @returns the placeholder-bearing part that stands for nothing, as the preset has it, where there is one
 */
export function outgoing(
  question: Question,
  host: string,
  values: Values,
  headers: Readonly<Record<string, string>>,
  more: Readonly<Record<string, string>> = {},
): Outgoing | { readonly missing: string } {
  const path = fillPath(question.path, values);
  if (path === undefined) return { missing: question.path };
  const own = filledHeaders(question.headers ?? {}, values);
  if ("missing" in own) return own;
  const { type, body } = bodyOf(question, values);
  const parameterList = parameters(question.query ?? {}, values);
  for (const [name, value] of Object.entries(more)) parameterList.set(name, value);
  const query = parameterList.toString();
  return {
    host,
    method: question.method,
    path: query === "" ? path : `${path}?${query}`,
    headers: { ...always, ...type, ...own.headers, ...headers },
    ...(body !== undefined && { body: Buffer.from(body) }),
  };
}

const always = { "User-Agent": "quarterturn", Accept: "application/json" };

const ofForm = { "Content-Type": "application/x-www-form-urlencoded" };

/** A form in which nothing is left to fill in. */
export function formPost(
  host: string,
  path: string,
  form: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>>,
): Outgoing {
  const body = Buffer.from(new URLSearchParams(form).toString());
  return { host, method: "POST", path, headers: { ...always, ...ofForm, ...headers }, body };
}

export function filledHeaders(
  templates: Readonly<Record<string, string>>,
  values: Values,
): { readonly headers: Readonly<Record<string, string>> } | { readonly missing: string } {
  const headers: Record<string, string> = {};
  for (const [name, template] of Object.entries(templates)) {
    const text = fillText(template, values);
    if (text === undefined) return { missing: template };
    headers[name] = text;
  }
  return { headers };
}

interface Body {
  readonly type: { readonly "Content-Type": string };
  readonly body: string;
}

function bodyOf({ json, form, multipart }: Question, values: Values): Partial<Body> {
  if (json !== undefined)
    return {
      type: { "Content-Type": "application/json" },
      body: JSON.stringify(fill(json, values)),
    };
  if (form !== undefined) return { type: ofForm, body: parameters(form, values).toString() };
  return multipart === undefined ? {} : multipartOf(parameters(multipart, values));
}

/** Lists become repeated parameters. */
function parameters(templates: Readonly<Record<string, unknown>>, values: Values): URLSearchParams {
  const filled = new URLSearchParams();
  for (const [name, template] of Object.entries(templates))
    for (const each of [fill(template, values)].flat()) {
      const text = textOf(each) ?? (each === undefined ? undefined : JSON.stringify(each));
      if (text !== undefined) filled.append(name, text);
    }
  return filled;
}

/** RFC 7578. */
function multipartOf(parts: URLSearchParams): Body {
  const boundary = randomUUID();
  const written = [...parts].map(
    ([name, value]) =>
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  return {
    type: { "Content-Type": `multipart/form-data; boundary=${boundary}` },
    body: `${written.join("")}--${boundary}--\r\n`,
  };
}
