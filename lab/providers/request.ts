import type { IncomingMessage } from "node:http";
import type { Encoding } from "./description.ts";

const types: Readonly<Record<Exclude<Encoding, "none">, string>> = {
  json: "application/json",
  form: "application/x-www-form-urlencoded",
  multipart: "multipart/form-data",
};

/** The body as the operation takes it. @throws SyntaxError of what is not in this encoding */
export async function readBody(request: IncomingMessage, encoding: Encoding): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  if (bytes.length === 0) return undefined;
  if (encoding === "none") throw new SyntaxError("a body where none is taken");
  const type = request.headers["content-type"] ?? "";
  if (type.split(";")[0]?.trim() !== types[encoding])
    throw new SyntaxError(`Content-Type ${JSON.stringify(type)} instead of ${types[encoding]}`);
  if (encoding === "json") return JSON.parse(bytes.toString("utf8"));
  const form = await new Response(bytes, { headers: { "content-type": type } }).formData();
  return Object.fromEntries(form);
}

/** The variable segments of `path` in `pathname`; `undefined` where they differ. */
export function segmentsOf(path: string, pathname: string): Record<string, string> | undefined {
  const pattern = path
    .split(/(\{\w+\})/)
    .map((part) =>
      part.startsWith("{") ? `(?<${part.slice(1, -1)}>[^/:]+)` : part.replace(/[.:]/g, "\\$&"),
    )
    .join("");
  const found = new RegExp(`^${pattern}$`).exec(pathname);
  if (!found) return undefined;
  const segments = Object.entries(found.groups ?? {}).map(([name, text]) => [
    name,
    decodeURIComponent(text),
  ]);
  return Object.fromEntries(segments);
}
