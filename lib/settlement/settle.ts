import type { AlertTopic } from "../alerts/topic.ts";
import { bounded } from "../bounded.ts";
import type { Promotion, SecretIdentity } from "../consumers/consumer.ts";
import type { Ecs } from "../consumers/ecs/ecs.ts";
import { type ServiceFacts, shortName } from "../consumers/ecs/facts.ts";
import { ClusterSnapshot } from "../consumers/ecs/find.ts";
import type { RotationError } from "../errors.ts";
import { entryFor, type Manifest, type SecretEntry } from "../manifest/manifest.ts";
import { holderOf, isLeaked, retiringLabel } from "../secret/labels.ts";
import type { SecretState, SecretStore } from "../secret/store.ts";
import { type Action, decide } from "./decide.ts";
import { ParameterDrift, SettlementStuck } from "./errors.ts";
import type { Mirrored, Mirrorer } from "./mirrorer.ts";
import type { Retirer } from "./retirer.ts";
import type { OldCredential, SettlementState } from "./state.ts";

/** Everything that settlement reaches the world through. It reads no secret value. */
export interface SettlementPorts {
  readonly store: Omit<SecretStore, "read" | "putPending" | "unlabelled">;
  readonly ecs: Ecs;
  readonly retirer: Retirer;
  readonly mirrorer: Mirrorer;
  readonly alerts: AlertTopic;
  readonly manifest: Manifest;
  now(): Date;
  /** Resolves after the time, in milliseconds, or rejects when the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** Tells on-call of what keeps a secret unsettled, once. */
  report(problem: RotationError, secret: SecretState, retiring: string): Promise<void>;
}

export interface Settlement {
  readonly secret: string;
  /** `ignored`: the manifest does not name it. */
  readonly outcome: "settled" | "waiting" | "alerted" | "ignored";
  readonly why?: string;
  /** What it waits for is a matter of seconds, and no event will tell of it. */
  readonly soon?: boolean;
}

/** No secret takes more turns than these: mirror, ask, roll, look again, retire, remove the label. */
const maximumTurns = 8;

/**
 * Brings one secret as near to settled as it can come now. Level-triggered: it reads how things are, does the
 * next thing, and looks again; it may run at any time, any number of times.
 */
export async function settle(
  secretId: string,
  ports: SettlementPorts,
  signal: AbortSignal,
): Promise<Settlement> {
  let known: Known = {};
  for (let turn = 0; turn < maximumTurns; turn += 1) {
    const secret = await ports.store.describe(secretId, signal);
    const entry = entryFor(ports.manifest, secret.name, secret.arn);
    if (!entry) return { secret: secret.name, outcome: "ignored" };
    const action = decide(await look(secret, entry, known, ports, signal));
    const oldWorks = !known.old?.retired && worksBesideNew(entry);
    const done = await act(action, secret, oldWorks, ports, signal);
    if ("outcome" in done) return { secret: secret.name, ...done };
    known = { ...known, ...done, ...(done.old && { old: { ...known.old, ...done.old } }) };
  }
  return { secret: secretId, outcome: "waiting", why: "its next turn" };
}

/** What the other functions have answered in this pass. */
interface Known {
  readonly old?: OldCredential;
  readonly mirror?: Mirrored;
}

/** Whether consumers that hold the old value of any credential can still work with it. */
const worksBesideNew = ({ credentials }: SecretEntry) =>
  credentials.every(({ traits }) => traits.oldWorksBeside);

/** What a decision rests on; of a settled secret no more than its labels. */
async function look(
  secret: SecretState,
  entry: SecretEntry,
  { old, mirror }: Known,
  { store, ecs, now }: SettlementPorts,
  signal: AbortSignal,
): Promise<SettlementState> {
  const { clusters, grace, deadline } = entry;
  const current = holderOf(secret, "AWSCURRENT");
  const nothing = { consumers: [], standalone: [], blind: [], outside: [] };
  const mirrors = entry.mirror && ({ mirror: mirror ?? "unasked" } as const);
  const common = { now: now(), policy: { grace, deadline }, old, ...mirrors };
  const { name, versions, lastRotatedAt } = secret;
  const isOver = old?.retired && !(current && isLeaked(current));
  const labelsSuffice = !old || old.heldByLive || isOver || old.stillAccepted;
  if (labelsSuffice || !current) return { ...common, ...nothing, secret: { name, versions } };

  const currentCreatedAt = await store.madeAt(secret.arn, current, signal);
  const facts = { name, versions, lastRotatedAt, currentCreatedAt };
  const at = lastRotatedAt ?? currentCreatedAt;
  if (!at) return { ...common, ...nothing, secret: facts };
  const parameters = mirror?.parameters ?? new Map();
  const identity = { arn: secret.arn, name, parameters: [...parameters.keys()] };
  const promotion = { at, parameters };
  const snapshot = await ClusterSnapshot.take(ecs, clusters, signal);
  const consumers = await snapshot.services(identity, promotion);
  const standalone = snapshot.standalone(identity);
  const elsewhere = await lookOutside(identity, clusters, promotion, ecs, signal);
  const blind = [...snapshot.blind, ...elsewhere.blind];
  return { ...common, secret: facts, consumers, standalone, blind, outside: elsewhere.found };
}

/** Consumers in clusters that the manifest does not list: never rolled, but on-call must know of them. */
async function lookOutside(
  secret: SecretIdentity,
  listed: readonly string[],
  promotion: Promotion,
  ecs: Ecs,
  signal: AbortSignal,
): Promise<{ found: readonly string[]; blind: readonly string[] }> {
  const all = await ecs.clusters(signal);
  const others = all.filter((arn) => !listed.includes(arn) && !listed.includes(shortName(arn)));
  const snapshot = await ClusterSnapshot.take(ecs, others, signal);
  const services = await snapshot.services(secret, promotion);
  const { blind } = snapshot;
  const found = [
    ...services.map(({ cluster, name }) => `service ${shortName(cluster)}/${name} reads it`),
    ...snapshot.standalone(secret).map(({ id }) => `standalone task ${id} reads it`),
  ];
  return { found, blind };
}

type Ended = Omit<Settlement, "secret">;

/** Does one thing; answers what it learned, or how far this secret has come. */
async function act(
  action: Action,
  secret: SecretState,
  oldWorks: boolean,
  ports: SettlementPorts,
  signal: AbortSignal,
): Promise<Ended | Known> {
  switch (action.kind) {
    case "settled":
      return { outcome: "settled" };
    case "wait":
      return { outcome: "waiting", why: action.why, soon: action.soon ?? false };
    case "alert": {
      await alert(action, secret, oldWorks, ports);
      return { outcome: "alerted", why: action.why };
    }
    case "mirror": {
      const request = { secret: secret.arn, version: action.current };
      const answer = await ports.mirrorer.mirror(request, signal);
      return answer === "superseded" ? {} : { mirror: answer };
    }
    case "ask": {
      const answer = await ports.retirer.ask(secret.arn, action.retiring, signal);
      return { old: answer === "held" ? { heldByLive: true } : { sessions: answer } };
    }
    case "roll":
      // Lists of deployments lag behind; looking again at once could roll a second time.
      await roll(action.services, ports.ecs, signal);
      return { outcome: "waiting", why: `${action.services.length} services to roll` };
    case "retire": {
      const { retiring: version, endSessions } = action;
      const end = { secret: secret.arn, version, endSessions };
      const outcome = await ports.retirer.retire(end, signal);
      return { old: outcome === "dead" ? { retired: true } : { stillAccepted: true } };
    }
    case "removeLabel": {
      const label = { secretId: secret.arn, label: retiringLabel, from: action.retiring };
      await ports.store.moveLabel(label, signal);
      return {};
    }
  }
}

/** Of a settled secret, only its parameters can be wrong. */
async function alert(
  { problem, why }: Extract<Action, { kind: "alert" }>,
  secret: SecretState,
  oldWorks: boolean,
  { report }: SettlementPorts,
): Promise<void> {
  const [current = "", retiring = current] = ["AWSCURRENT", retiringLabel].map((label) =>
    holderOf(secret, label),
  );
  const error =
    retiring === current
      ? new ParameterDrift(secret.name, why)
      : new SettlementStuck(problem, secret.name, why, oldWorks);
  await report(error, secret, retiring);
}

/** How many deployments are started at once. */
const width = 5;

async function roll(
  services: readonly ServiceFacts[],
  ecs: Ecs,
  signal: AbortSignal,
): Promise<void> {
  await bounded(services, width, ({ cluster, name }) => ecs.roll(cluster, name, signal));
}
