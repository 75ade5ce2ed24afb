import { AwsCallFailed } from "../../aws-call-failed.ts";
import type { ConsumerScope } from "../../manifest/manifest.ts";
import {
  type Consumer,
  type ConsumerType,
  type ConsumerView,
  changedAt,
  type Found,
  type Judgement,
  type Problem,
  type Promotion,
  type SecretIdentity,
} from "../../settlement/consumer.ts";
import type { ConsumerSurveyor } from "../../validation/consumers.ts";
import {
  clustersOf,
  ignoredIn,
  listedIn,
  serviceName,
  taskName,
  taskSubject,
  unique,
} from "./clusters.ts";
import type { Ecs } from "./ecs.ts";
import { problem } from "./errors.ts";
import type { DeploymentFacts, ReaderFacts, ServiceFacts, TaskFacts } from "./facts.ts";
import { isOld, isPossible, judgePossible, judgeService, judgeStandalone } from "./judge.ts";
import { knownDeployments } from "./rollout.ts";
import { ClusterSnapshot } from "./snapshot.ts";
import { surveyEcs } from "./survey.ts";

const type = "ecs";

/** Services whose deployments one view reads, so that large accounts keep within their quota; the others wait. */
const detailReads = 35;

/**
 * Services and standalone tasks of ECS. They are looked for in every cluster of the account and Region, and rolled
 * only in those that the manifest lists for their secret.
 */
export function ecsConsumers(ecs: Ecs): ConsumerType & ConsumerSurveyor {
  return {
    name: type,
    survey: (scopes, ask) => surveyEcs(ecs, scopes, ask),
    async look(scopes, signal) {
      const existing = await ecs.clusters(signal);
      const clusters = unique([...scopes.flatMap(clustersOf), ...existing]);
      return new EcsView(ecs, await ClusterSnapshot.take(ecs, clusters, signal), signal);
    },
  };
}

const outside: Judgement = {
  kind: "blocked",
  problem: problem("REFERENCE_OUTSIDE", "it reads the secret"),
};

const notRead = {
  kind: "rolling",
  why: "its deployments are read in one of the next passes",
} as const;

class EcsView implements ConsumerView {
  readonly #ecs: Ecs;
  readonly #snapshot: ClusterSnapshot;
  readonly #signal: AbortSignal;
  /** By the name of the service: of several promotions the earliest one's hold for all. */
  readonly #deployments = new Map<string, { since: Date; made: readonly DeploymentFacts[] }>();
  /** Until when tasks are protected, by the name of their service. */
  readonly #protected = new Map<string, ReadonlyMap<string, Date>>();
  readonly #rolled = new Set<string>();
  #details = 0;

  constructor(ecs: Ecs, snapshot: ClusterSnapshot, signal: AbortSignal) {
    this.#ecs = ecs;
    this.#snapshot = snapshot;
    this.#signal = signal;
  }

  async find(secret: SecretIdentity, promotion: Promotion, scope: ConsumerScope): Promise<Found> {
    const isListed = listedIn(scope);
    const isIgnored = ignoredIn(scope);
    const services = this.#snapshot
      .readers(secret)
      .filter((service) => !(isPossible(service) && isIgnored(service)));
    const tasks = this.#snapshot
      .standalone(secret)
      .filter(({ family, ...task }) => !(isPossible(task) && isIgnored({ ...task, name: family })));
    const consumers: Consumer[] = [];
    for (const service of services) {
      const judgement = isPossible(service)
        ? judgePossible(service.references, service.tasks, promotion)
        : isListed(service)
          ? await this.#judged(service, promotion)
          : outside;
      consumers.push({ type, name: serviceName(service), judgement });
    }
    for (const task of tasks) {
      const judgement = isPossible(task)
        ? judgePossible(task.references, [task], promotion)
        : isListed(task)
          ? judgeStandalone(task, promotion)
          : outside;
      const subject = taskSubject(task);
      consumers.push({ type, name: taskName(task), subject, judgement });
    }
    return { consumers, blind: this.#blind(scope) };
  }

  async roll({ name }: Consumer): Promise<void> {
    const service = this.#snapshot.services.find((each) => serviceName(each) === name);
    if (!service || this.#rolled.has(name)) return;
    this.#rolled.add(name);
    await this.#ecs.roll(service.cluster, service.name, this.#signal);
  }

  /** A cluster that another secret lists and that does not exist hides no consumers of this one. */
  #blind(scope: ConsumerScope): readonly Problem[] {
    const isListed = listedIn(scope);
    return this.#snapshot.unreadable
      .filter((error) => !error.isAbsent || isListed(error))
      .map(({ code, cluster, happened: why, remedy }) => ({ code, subject: cluster, why, remedy }));
  }

  /** One service that cannot be asked about must not keep the others from being rolled. */
  async #judged(reader: ReaderFacts, promotion: Promotion): Promise<Judgement> {
    try {
      const service = await this.#service(reader, promotion);
      return service ? judgeService(service, promotion) : notRead;
    } catch (error) {
      if (!(error instanceof AwsCallFailed)) throw error;
      const { code, happened: why, remedy, retryable } = error;
      return retryable
        ? { kind: "rolling", why: `its deployments are not known: ${why}` }
        : { kind: "blocked", problem: { code, why, remedy } };
    }
  }

  /** With its deployments since the promotion, and until when its old tasks are protected. */
  async #service(reader: ReaderFacts, promotion: Promotion): Promise<ServiceFacts | undefined> {
    const deployments =
      knownDeployments(reader, promotion) ?? (await this.#deploymentsOf(reader, promotion.at));
    if (!deployments) return undefined;
    const old = reader.tasks.filter(isOld(changedAt(reader.references, promotion)));
    // Only of a task that outlives its deployment it matters whether it is protected.
    const isOver = deployments.some(({ status }) => status === "SUCCESSFUL");
    if (!isOver || old.every(({ isStopping }) => isStopping)) return { ...reader, deployments };
    const until = await this.#protections(reader, old);
    const tasks = reader.tasks.map((task) => ({ ...task, protectedUntil: until.get(task.id) }));
    return { ...reader, deployments, tasks };
  }

  #mayRead(): boolean {
    this.#details += 1;
    return this.#details <= detailReads;
  }

  async #protections(reader: ReaderFacts, old: readonly TaskFacts[]) {
    const key = serviceName(reader);
    const seen = this.#protected.get(key);
    if (seen) return seen;
    if (!this.#mayRead()) return new Map<string, Date>();
    const ids = old.map(({ id }) => id);
    const until = await this.#ecs.protections(reader.cluster, ids, this.#signal);
    this.#protected.set(key, until);
    return until;
  }

  /** @returns `undefined` when this view has read enough */
  async #deploymentsOf(
    reader: ReaderFacts,
    since: Date,
  ): Promise<readonly DeploymentFacts[] | undefined> {
    // Services of other controllers have none (API reference: ECS deployment controller only).
    if (reader.controller !== "ECS") return [];
    const key = serviceName(reader);
    const seen = this.#deployments.get(key);
    if (seen && seen.since <= since) return seen.made;
    if (!this.#mayRead()) return undefined;
    const made = await this.#ecs.deployments(reader.cluster, reader.name, since, this.#signal);
    this.#deployments.set(key, { since, made });
    return made;
  }
}
