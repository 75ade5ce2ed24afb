import { mixed } from "../mixed-secret.ts";
import type { ServerProxy, ServerType, Strategy } from "../server.ts";
import { serverType, serverTypes } from "../servers.ts";
import type { World, WorldOptions } from "../world.ts";
import { type Mode, modes } from "./disturbance.ts";
import { RetirementSubject } from "./retirement-subject.ts";
import { RotationSubject } from "./rotation-subject.ts";
import { SettlementSubject } from "./settlement-subject.ts";
import type { Subject } from "./subject.ts";
import { UnsettledSubject } from "./unsettled-subject.ts";

/** Secrets, each of which goes through its cases one after the other and is settled in between. */
export interface Series {
  /** Of the server (lab/servers.ts). */
  readonly type: string;
  readonly subject: string;
  /** How the subject goes on after the disturbance. */
  readonly recovery: string;
  /** Which part of the sample this series takes, if other series make the same calls. */
  readonly share?: { readonly index: number; readonly count: number };
  readonly strategy: Strategy;
  /** How many secrets of its kind go through the cases side by side: more where they mostly wait. Default: 1. */
  readonly worlds?: number;
  /** How often Secrets Manager tries a rotation: once if a fresh one is started by hand. */
  readonly attempts: number;
  /** What the secret holds beside one login. */
  readonly beside?: WorldOptions["beside"];
  /** The login is a master user of RDS. */
  readonly master?: WorldOptions["master"];
  /** The login is a user of ElastiCache or MemoryDB. */
  readonly aclUser?: WorldOptions["aclUser"];
  /** The login is an AUTH token of ElastiCache. */
  readonly authToken?: WorldOptions["authToken"];
  readonly lambda?: WorldOptions["lambda"];
  /** What the manifest has under `mirror`. */
  readonly mirror?: object;
  make(world: World, proxy: ServerProxy): Subject | Promise<Subject>;
}

const retried = { recovery: "retried with the same token", attempts: 2 } as const;
const afresh = { recovery: "AWSPENDING removed, fresh rotation", attempts: 1 } as const;
const recoveries = [retried, afresh];

interface Variant {
  /** Every case begins without the second user. */
  readonly first?: boolean;
  readonly beside?: WorldOptions["beside"];
  readonly master?: WorldOptions["master"];
  readonly aclUser?: WorldOptions["aclUser"];
  readonly authToken?: WorldOptions["authToken"];
}

function rotation(
  subject: string,
  type: string,
  strategy: Strategy,
  { first = false, beside, master, aclUser, authToken }: Variant = {},
): readonly Series[] {
  // A mixed secret has a login in place, too.
  const inPlace = strategy === "in-place" || beside !== undefined;
  return recoveries.map((recovery, index) => ({
    subject: `${type} ${subject}`,
    type,
    strategy,
    ...recovery,
    share: { index, count: recoveries.length },
    ...(beside && { beside }),
    ...(master && { master, worlds: 2 }),
    ...(aclUser && { aclUser, worlds: 2 }),
    ...(serverType(type).isSlow && { worlds: 3 }),
    ...(authToken && { authToken, worlds: 2 }),
    make: (world, proxy) =>
      new RotationSubject(world, proxy, { first, inPlace, afresh: recovery === afresh }),
  }));
}

/** Where the old credential works beside the new one: its end, and a rotation that comes too early. */
const afterwards = (type: string, strategy: Strategy): readonly Series[] => [
  {
    subject: `${type} ${strategy}, retire`,
    type,
    strategy,
    recovery: "retried",
    attempts: 1,
    make: (world, proxy) => new RetirementSubject(world, proxy),
  },
  {
    subject: `${type} ${strategy}, one unsettled before`,
    type,
    strategy,
    ...retried,
    make: (world, proxy) => new UnsettledSubject(world, proxy),
  },
];

/** By strategy: what to disturb. A new strategy adds its own. */
const seriesOf: Readonly<Record<Strategy, (type: string) => readonly Series[]>> = {
  "in-place": (type) => rotation("in-place", type, "in-place"),
  "two-passwords": (type) => [
    ...rotation("two-passwords", type, "two-passwords"),
    ...afterwards(type, "two-passwords"),
  ],
  "alternating-users": (type) => {
    const strategy = "alternating-users";
    const mixedSubject = "mixed: alternating-users, in-place in a URL, generated";
    return [
      ...rotation("alternating-users, first rotation", type, strategy, { first: true }),
      ...rotation("alternating-users, later rotation", type, strategy),
      // The other login rotates in place.
      ...(serverType(type).strategies.includes("in-place")
        ? rotation(mixedSubject, type, strategy, { beside: mixed })
        : []),
      ...afterwards(type, strategy),
    ];
  },
};

/** In milliseconds: RDS takes minutes. */
const masterTiming = { beginMs: 20, changeMs: 80, endMs: 160 };

/** Of the engines that an instance of RDS can have. */
export const masterSeries: readonly Series[] = ["postgres", "mariadb", "mysql"].flatMap((type) =>
  rotation("rds-master", type, "in-place", { master: masterTiming }),
);

/** In milliseconds: the server has the passwords a while after the API says that it has. */
const aclUser = { service: "elasticache", changeMs: 60, endMs: 40 } as const;

/** MemoryDB differs in the form of its requests alone. */
export const aclUserSeries: readonly Series[] = [
  ...rotation("elasticache", "redis", "two-passwords", { aclUser }),
  {
    subject: "redis elasticache, retire",
    type: "redis",
    strategy: "two-passwords",
    ...{ recovery: "retried", attempts: 1, aclUser, worlds: 2 },
    make: (world, proxy) => new RetirementSubject(world, proxy),
  },
];

const authToken = { changeMs: 60, endMs: 40 } as const;

/** AUTH tokens of ElastiCache. */
export const authTokenSeries: readonly Series[] = [
  ...rotation("elasticache-auth-token", "redis", "two-passwords", { authToken }),
  {
    subject: "redis elasticache-auth-token, retire",
    type: "redis",
    strategy: "two-passwords",
    ...{ recovery: "retried", attempts: 1, authToken, worlds: 2 },
    make: (world, proxy) => new RetirementSubject(world, proxy),
  },
];

/** For every type of server, whether one can be started here or not. */
export const loginSeries: readonly Series[] = Object.entries<ServerType>(serverTypes).flatMap(
  ([type, { strategies }]) => strategies.flatMap((strategy) => seriesOf[strategy](type)),
);

/** Settlement sees no server, so one is enough. */
const settlement = {
  type: "postgres",
  strategy: "in-place",
  recovery: "the message comes again",
  worlds: 6,
  attempts: 1,
} as const;

export const settlementSeries: readonly Series[] = [
  {
    subject: "settle, one ECS service",
    ...settlement,
    share: { index: 0, count: 2 },
    make: (world, proxy) => SettlementSubject.start(world, proxy),
  },
  {
    subject: "settle, one ECS service that reads a parameter",
    ...settlement,
    share: { index: 1, count: 2 },
    mirror: { parameters: { password: "/app/password" } },
    make: (world, proxy) => SettlementSubject.start(world, proxy, "/app/password"),
  },
];

/**
 * A mixed secret's rotation makes each call of a later rotation, too; and a variant of a server what that server makes. What an
 * engine does when its second user is made, or when a rotation is refused, differs less: one of them is enough. Where functions
 * wait for every change, a sample of its own is taken.
 */
export const sampledLogins = [
  ...loginSeries,
  ...masterSeries,
  ...aclUserSeries,
  ...authTokenSeries,
].filter(
  ({ subject, type }) =>
    !subject.endsWith("alternating-users, later rotation") &&
    serverType(type).variantOf === undefined &&
    !serverType(type).isSlow &&
    (type === "postgres" || !/, (?:first rotation|one unsettled before)$/.test(subject)),
);

/**
 * Chooses each call once: the modes, and the recoveries of each mode, take turns.
 * @param stride takes one call of so many, from the first one on
 */
export const onceEach =
  (stride = 1) =>
  (mode: Mode, point: number, { share }: Series): boolean => {
    const { index, count } = share ?? { index: 0, count: 1 };
    const turn = modes.indexOf(mode) + modes.length * index;
    return point % (modes.length * count * stride) === turn * stride;
  };

/** Chooses kills alone, before and after each call: its recoveries, or the series that make it, take turns. */
export const killsInTurn = (mode: Mode, point: number, { share }: Series): boolean => {
  const { index, count } = share ?? { index: 0, count: 1 };
  return mode.startsWith("killed") && (point + modes.indexOf(mode)) % count === index;
};
