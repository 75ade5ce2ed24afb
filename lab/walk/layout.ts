import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compileManifest } from "../../lib/manifest/compile.ts";
import type { Manifest } from "../../lib/manifest/manifest.ts";
import { typeList } from "../../lib/types.ts";

const hour = 3_600_000;

/** Host names; every server is on port 5432, and has an administrator whose secret is `admin/<host>`. */
export const hosts = ["a.internal", "b.internal", "c.internal"] as const;

interface SecretLayout {
  readonly name: string;
  readonly host: (typeof hosts)[number];
  readonly strategy: "alternating-users" | "in-place";
  /** Where servers are in memory, and their users may have two. */
  readonly hasTwoPasswords?: true;
  /** Whether rotation.yml says that its consumers are all known. */
  readonly isComplete: boolean;
  /** Whether settlement can roll all its consumers. */
  readonly isRolled: boolean;
  /** How long processes that nobody sees keep what they read, in milliseconds. */
  readonly readers: readonly number[];
}

export const secrets: readonly SecretLayout[] = [
  {
    name: "shop/orders",
    host: "a.internal",
    strategy: "alternating-users",
    isComplete: false,
    isRolled: true,
    readers: [6 * hour],
  },
  {
    name: "shop/stock",
    host: "a.internal",
    strategy: "alternating-users",
    isComplete: true,
    isRolled: true,
    readers: [],
  },
  {
    name: "shop/users",
    host: "b.internal",
    strategy: "alternating-users",
    hasTwoPasswords: true,
    isComplete: false,
    isRolled: true,
    readers: [hour],
  },
  {
    name: "shop/search",
    host: "b.internal",
    strategy: "in-place",
    isComplete: true,
    isRolled: true,
    readers: [],
  },
  {
    name: "shop/mail",
    host: "c.internal",
    strategy: "alternating-users",
    hasTwoPasswords: true,
    isComplete: false,
    isRolled: true,
    readers: [20 * hour, hour / 2],
  },
  {
    name: "shop/payments",
    host: "c.internal",
    strategy: "alternating-users",
    isComplete: true,
    isRolled: false,
    readers: [],
  },
];

interface ServiceLayout {
  readonly cluster: string;
  readonly name: string;
  readonly controller: "ECS" | "CODE_DEPLOY";
  readonly tasks: number;
  /** Whether its tasks keep connections open; others log in for each query. */
  readonly pools: boolean;
  /** Of its task definition: names of secrets, by the way in which they are given. */
  readonly secrets: readonly string[];
}

export const services: readonly ServiceLayout[] = [
  {
    cluster: "production",
    name: "web",
    controller: "ECS",
    tasks: 3,
    pools: true,
    secrets: ["shop/orders", "shop/stock"],
  },
  {
    cluster: "production",
    name: "api",
    controller: "ECS",
    tasks: 2,
    pools: false,
    secrets: ["shop/stock", "shop/users"],
  },
  {
    cluster: "production",
    name: "worker",
    controller: "ECS",
    tasks: 1,
    pools: false,
    secrets: ["shop/users", "shop/search"],
  },
  {
    cluster: "production",
    name: "checkout",
    controller: "CODE_DEPLOY",
    tasks: 2,
    pools: true,
    secrets: ["shop/payments"],
  },
];

/** Task definitions that are run by hand. */
export const jobs: readonly { readonly name: string; readonly secrets: readonly string[] }[] = [
  { name: "report", secrets: ["shop/stock"] },
  { name: "export", secrets: ["shop/users", "shop/orders"] },
];

interface Kind {
  readonly ca?: string;
  /** Some users have two passwords, which PostgreSQL's do not have. */
  readonly isInMemory?: boolean;
}

export function manifest(): Manifest {
  const folder = mkdtempSync(join(tmpdir(), "quarterturn-walk-"));
  try {
    const path = join(folder, "rotation.yml");
    // JSON is YAML.
    writeFileSync(path, JSON.stringify(rotationYml({ isInMemory: true })));
    return compileManifest(path, typeList, { stage: "production" });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** rotation.yml. */
export function rotationYml({ ca, isInMemory = false }: Kind): object {
  const entries = secrets.map(({ name, host, strategy, hasTwoPasswords, isComplete }) => {
    const admin = strategy === "in-place" ? {} : { admin: `admin/${host}` };
    const login =
      isInMemory && hasTwoPasswords
        ? { type: "mariadb", strategy: "two-passwords" }
        : { type: "postgres", strategy };
    const credentials = [{ ...login, ...admin, ...(ca && { ca }) }];
    return [name, { ...(isComplete && { consumers: "complete" }), credentials }] as const;
  });
  return { defaults: { clusters: ["production"] }, secrets: Object.fromEntries(entries) };
}
