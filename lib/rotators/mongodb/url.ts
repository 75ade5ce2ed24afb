import type { UrlReading } from "../login/login-document.ts";
import { decode } from "../login/url.ts";
import { isMechanism, mechanisms } from "./scram.ts";

/** What of a URL decides where a login leads. All other parameters are the application's. */
interface Parts {
  readonly scheme: string;
  readonly hosts: string;
  readonly path: string;
  readonly query: ReadonlyMap<string, string>;
}

function partsOf(url: string): Parts {
  const [, scheme = "", hosts = "", path = "", query = ""] =
    /^(mongodb(?:\+srv)?):\/\/(?:[^/?#]*@)?([^/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?/i.exec(
      url.trim(),
    ) ?? [];
  const pairs = query.split("&").map((pair): [string, string] => {
    const [key = "", ...value] = pair.split("=");
    return [key.toLowerCase(), decode(value.join("="))];
  });
  return { scheme: scheme.toLowerCase(), hosts, path: decode(path), query: new Map(pairs) };
}

/**
 * `mongodb://user:password@a:27017,b:27017/app?authSource=admin&replicaSet=rs0` (MongoDB specifications, "Connection
 * String"): the database that knows the user is `authSource`, else the path, else `admin`.
 */
export function readUrl(url: string, refuse: (expected: string) => Error): UrlReading {
  const { scheme, hosts, path, query } = partsOf(url);
  if (scheme === "") throw refuse("a URL that begins with mongodb:// or mongodb+srv://");
  const mechanism = query.get("authmechanism") ?? "";
  if (mechanism !== "" && !isMechanism(mechanism))
    throw refuse(
      `a URL without authMechanism, or with ${mechanisms.join(" or ")}: others have no password`,
    );
  if (query.get("tls") === "false" || query.get("ssl") === "false")
    throw refuse(
      "a URL with tls=true: Quarterturn never connects without TLS, and neither should the application",
    );
  const source = query.get("authsource") ?? "";
  const isSrv = scheme === "mongodb+srv";
  if (isSrv && source === "" && path !== "")
    throw refuse("a URL that says authSource: DNS may name another database than the path");
  return {
    database: source || path || "admin",
    options: {
      hosts,
      ...(isSrv && { srv: "true" }),
      ...(mechanism && { mechanism }),
      ...(query.get("directconnection") === "true" && { direct: "true" }),
    },
  };
}
