import { createHash, createHmac } from "node:crypto";
import type { HttpRequest } from "./http-server.ts";

/** What the Authorization header says (AWS Signature Version 4). */
export interface Signed {
  /** The access key id. */
  readonly principal: string;
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly headers: readonly string[];
  readonly signature: string;
}

/** @returns `undefined` for a request that is not signed */
export function readSignature({ headers }: HttpRequest): Signed | undefined {
  const text = headers.authorization ?? "";
  // <access key id>/<date>/<Region>/<service>/aws4_request
  const credential = /Credential=([^,\s]+)/.exec(text)?.[1] ?? "";
  const [principal, date, region = "", service = ""] = credential.split("/");
  if (!principal || date === undefined) return undefined;
  const signed = /SignedHeaders=([^,\s]+)/.exec(text)?.[1] ?? "";
  const signature = /Signature=([0-9a-f]+)/.exec(text)?.[1] ?? "";
  return { principal, date, region, service, headers: signed.split(";"), signature };
}

/**
 * Whether the request was signed with this secret access key
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).
 */
export function isSignedWith(secret: string, signed: Signed, request: HttpRequest): boolean {
  const { date, region, service, signature } = signed;
  const scope = [date, region, service, "aws4_request"];
  const time = String(request.headers["x-amz-date"]);
  const text = ["AWS4-HMAC-SHA256", time, scope.join("/"), digest(canonical(signed, request))];
  const key = scope.reduce<Buffer | string>(
    (step, part) => createHmac("sha256", step).update(part).digest(),
    `AWS4${secret}`,
  );
  return createHmac("sha256", key).update(text.join("\n")).digest("hex") === signature;
}

/** When the request says that it was signed; `undefined` where it does not. */
export function signedAt({ headers }: HttpRequest): Date | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(String(headers["x-amz-date"]));
  if (!parts) return undefined;
  const [, year, month, day, hour, minute, second] = parts;
  return new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

function canonical({ headers }: Signed, request: HttpRequest): string {
  const [path = "", query = ""] = request.url.split("?");
  const values = headers.map(
    (name) => `${name}:${String(request.headers[name]).trim().replaceAll(/ +/g, " ")}\n`,
  );
  return [
    request.method,
    path.split("/").map(encoded).join("/"),
    query.split("&").toSorted().join("&"),
    values.join(""),
    headers.join(";"),
    digest(request.body),
  ].join("\n");
}

const encoded = (segment: string) =>
  encodeURIComponent(segment).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

const digest = (text: string) => createHash("sha256").update(text).digest("hex");
