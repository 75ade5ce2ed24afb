import { DescribeSecretCommand } from "@aws-sdk/client-secrets-manager";
import { adminSecretId, databaseSecretId } from "../../lab/database-secret.ts";
import type { Server } from "../../lab/server.ts";
import type { World } from "../../lab/world.ts";
import type { Invocation } from "../../standin/aws.ts";
import { Canaries } from "./canaries.ts";
import { told } from "./observing.ts";

/** Where no secret value may ever be. */
export const places = [
  "error",
  "answer",
  "output",
  "metrics",
  "process",
  "alerts",
  "tags",
  "requests",
  "server log",
  "strangers",
] as const;
export type Place = (typeof places)[number];

type Input = Readonly<Record<string, unknown>>;

/** The members of requests that must carry values; they are what the canaries are learnt from. */
const carriers: Readonly<Record<string, (input: Input) => readonly string[]>> = {
  PutSecretValue: () => ["SecretString", "RotationToken"],
  PutParameter: ({ Type }) => (Type === "SecureString" ? ["Value"] : []),
  ModifyDBInstance: () => ["MasterUserPassword"],
  ModifyUser: () => ["Passwords"],
  ModifyReplicationGroup: () => ["AuthToken"],
};

/** What is searched: of the world, its account of AWS and its server; and of which secrets the values may be nowhere. */
export interface Watched {
  readonly world: Pick<World, "aws" | "client"> & { readonly server: Pick<Server, "log"> };
  /** Their tags are looked at. */
  readonly secrets: readonly string[];
  /** Fields of a secret's document whose values are no secret stay out. */
  readonly isSecret: (field: string) => boolean;
}

/** A secret with a login, and the secret of its administrator. */
const login = {
  secrets: [databaseSecretId, adminSecretId],
  isSecret: (field: string) => /^(password|jwt_\w+)$/.test(field),
};

/**
 * Everything that the world holds of an invocation. `search` looks through what has come since the last
 * search, so that the texts need not be kept.
 */
export class Places implements Disposable {
  readonly canaries: Canaries = new Canaries();
  readonly #world: Watched["world"];
  readonly #watched: Omit<Watched, "world">;
  readonly #restore: () => void;
  readonly #texts = new Map<Place, string[]>();
  readonly #seen: { calls: number; notifications: number; log: number };
  /** Characters that were searched. */
  readonly searched = new Map<Place, number>(places.map((place) => [place, 0]));

  constructor(world: Watched["world"], watched: Omit<Watched, "world"> = login) {
    this.#world = world;
    this.#watched = watched;
    const { aws, server } = world;
    const { calls, notifications } = aws;
    // The harness has set the first passwords in plain text; none of them is in use any more.
    const log = server.log().length;
    this.#seen = { calls: calls.length, notifications: notifications.length, log };
    const { invoke } = aws.functions;
    this.#restore = () => {
      aws.functions.invoke = invoke;
    };
    aws.functions.invoke = async (name, payload, requestId) => {
      this.#learnToken(payload);
      const invocation = await invoke.call(aws.functions, name, payload, requestId);
      this.#keep(invocation);
      return invocation;
    };
  }

  add(place: Place, text: string): void {
    this.#texts.set(place, [...(this.#texts.get(place) ?? []), text]);
  }

  /** What was found, as `place: canary (form)`; empty when nothing leaked. */
  async search(): Promise<string[]> {
    this.#takeCalls();
    this.#takeAlerts();
    await this.#takeTags();
    this.#takeServerLog();
    const found = [...this.#texts].flatMap(([place, texts]) => {
      const text = texts.join("\n");
      this.searched.set(place, (this.searched.get(place) ?? 0) + text.length);
      return this.canaries.in(text).map((name) => `${place}: ${name}`);
    });
    this.#texts.clear();
    return found;
  }

  [Symbol.dispose](): void {
    this.#restore();
  }

  #learnToken(payload: unknown): void {
    const { RotationToken: token } = payload as { RotationToken?: unknown };
    if (typeof token === "string") this.canaries.add("RotationToken", token);
  }

  #keep({ log, error, payload }: Invocation): void {
    const text = told(log);
    for (const place of ["error", "process", "metrics", "output"] as const)
      this.add(place, text[place]);
    this.add("answer", JSON.stringify({ error, payload }));
  }

  #takeCalls(): void {
    const { calls } = this.#world.aws;
    for (const { operation, principal, input } of calls.slice(this.#seen.calls)) {
      if (operation === "PutSecretValue" || operation === "CreateSecret")
        this.#learnValues(String(input["SecretString"]));
      if (principal === "operator") continue;
      const members = carriers[operation]?.(input) ?? [];
      const searched = Object.entries(input).filter(([member]) => !members.includes(member));
      this.add("requests", JSON.stringify(Object.fromEntries(searched)));
    }
    this.#seen.calls = calls.length;
  }

  #learnValues(text: string): void {
    try {
      for (const [field, value] of Object.entries<unknown>(JSON.parse(text))) {
        if (typeof value !== "string") continue;
        if (this.#watched.isSecret(field)) this.canaries.add(field, value);
        const { password } = URL.parse(value) ?? {};
        if (password) this.canaries.add(`password in ${field}`, decodeURIComponent(password));
      }
    } catch {
      // A document that is broken on purpose; whoever made it has added its canary.
    }
  }

  #takeAlerts(): void {
    const { notifications } = this.#world.aws;
    for (const alert of notifications.slice(this.#seen.notifications))
      this.add("alerts", Object.values({ ...alert, ...alert.attributes }).join("\n"));
    this.#seen.notifications = notifications.length;
  }

  async #takeTags(): Promise<void> {
    for (const SecretId of this.#watched.secrets) {
      const { Tags, Description } = await this.#world.client.send(
        new DescribeSecretCommand({ SecretId }),
      );
      this.add("tags", JSON.stringify([Tags, Description]));
    }
  }

  #takeServerLog(): void {
    const log = this.#world.server.log();
    this.add("server log", log.slice(this.#seen.log));
    this.#seen.log = log.length;
  }
}
