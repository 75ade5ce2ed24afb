import type { Documents } from "./documents.ts";
import { allows, type RoleName } from "./roles.ts";
import type { ServerScram } from "./scram-server.ts";
import type { User, UserStore } from "./users.ts";
import type { Fields } from "./wire.ts";

/** A connection. */
export interface DoubleSession {
  readonly id: number;
  /** As it was when it logged in. */
  user: User | undefined;
  login: { readonly scram: ServerScram; readonly db: string } | undefined;
  /** Has proven its password, and has one empty turn to take. */
  proven?: User | undefined;
}

/** What commands work on. */
export interface DoubleState {
  readonly users: UserStore;
  readonly documents: Documents;
  readonly sessions: ReadonlySet<DoubleSession>;
  /** `host:port` of the one that takes changes, and of all; `undefined`: this one stands alone. */
  readonly replicaSet: { readonly primary: string; readonly hosts: readonly string[] } | undefined;
  readonly isPrimary: boolean;
  /** Whether it knows `skipEmptyExchange`, as MongoDB has since 4.4. */
  readonly skipsEmptyTurn: boolean;
}

export type Right = readonly [action: string, on: "cluster" | { db: string; collection?: string }];

export interface Command {
  /** Beside the generic ones; any other is refused. */
  readonly fields: readonly string[];
  /** Whether it may be run without a user. */
  readonly open?: true;
  readonly writes?: true;
  /** What it takes, by its fields; a list of which one is enough. */
  rights?(
    fields: Fields,
    session: DoubleSession,
    state: DoubleState,
  ): readonly (readonly Right[])[];
  run(fields: Fields, session: DoubleSession, state: DoubleState): Fields;
}

export const text = (value: unknown) => String(value);
export const listOf = <T>(value: unknown) => (value ?? []) as readonly T[];
export const dbOf = ({ $db }: Fields) => text($db);
export const rolesOf = ({ roles }: Fields, db: string) =>
  listOf<string | RoleName>(roles).map((role) => (typeof role === "string" ? db : role.db));

/** Every one of the rights, or of the ways to have it. */
export function isAllowed(
  command: Command,
  fields: Fields,
  session: DoubleSession,
  state: DoubleState,
): boolean {
  const privileges = session.user ? state.users.privileges(session.user) : [];
  return (command.rights?.(fields, session, state) ?? []).every((ways) =>
    ways.some(([action, on]) => privileges.some((privilege) => allows(privilege, action, on))),
  );
}
