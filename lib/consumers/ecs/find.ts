import { ClusterUnreadable } from "../../errors.ts";
import { changedAt, type Promotion, type SecretIdentity } from "../consumer.ts";
import type { Ecs, ServiceRecord, TaskRecord } from "./ecs.ts";
import type { ServiceFacts, StandaloneFacts } from "./facts.ts";
import { findReferences, type TaskDefinition } from "./references.ts";

/** What clusters hold, read once; many secrets can be looked for in it. */
export class ClusterSnapshot {
  readonly #ecs: Ecs;
  readonly #signal: AbortSignal;
  readonly #clusters: ReadonlyMap<string, Cluster>;
  /** What could not be read, one sentence each. */
  readonly blind: readonly string[];
  readonly #definitions: ReadonlyMap<string, TaskDefinition>;

  private constructor(of: {
    ecs: Ecs;
    signal: AbortSignal;
    clusters: ReadonlyMap<string, Cluster>;
    blind: readonly string[];
    definitions: ReadonlyMap<string, TaskDefinition>;
  }) {
    this.#ecs = of.ecs;
    this.#signal = of.signal;
    this.#clusters = of.clusters;
    this.blind = of.blind;
    this.#definitions = of.definitions;
  }

  static async take(
    ecs: Ecs,
    clusters: readonly string[],
    signal: AbortSignal,
  ): Promise<ClusterSnapshot> {
    const read = new Map<string, Cluster>();
    const blind: string[] = [];
    for (const name of clusters) {
      try {
        // Tasks first: one that a service starts in between is new, one that was missed would be old.
        const tasks = await ecs.tasks(name, signal);
        read.set(name, { tasks, services: await ecs.services(name, signal) });
      } catch (error) {
        if (!(error instanceof ClusterUnreadable)) throw error;
        blind.push(error.message);
      }
    }
    const used = [...read.values()].flatMap(({ tasks, services }) => [
      ...tasks.map(({ taskDefinition }) => taskDefinition),
      ...services.flatMap(({ taskDefinitions }) => taskDefinitions),
    ]);
    const definitions = new Map<string, TaskDefinition>();
    for (const arn of new Set(used)) definitions.set(arn, await ecs.taskDefinition(arn, signal));
    return new ClusterSnapshot({ ecs, signal, clusters: read, blind, definitions });
  }

  /** The services that consume this secret, with their deployments since it changed for them. */
  async services(secret: SecretIdentity, promotion: Promotion): Promise<readonly ServiceFacts[]> {
    const found: ServiceFacts[] = [];
    for (const [cluster, { services, tasks }] of this.#clusters)
      for (const service of services) {
        const own = tasks.filter((task) => task.service === service.name);
        const references = this.#references(secret, service, own);
        if (references.length === 0) continue;
        const since = changedAt(references, promotion);
        const { name, controller, status, desiredCount } = service;
        const deployments = await this.#ecs.deployments(cluster, name, promotion.at, this.#signal);
        const facts = { cluster, name, controller, status, desiredCount };
        const left = own.filter(({ createdAt }) => createdAt <= since);
        const until =
          deployments.length > 0 && left.length > 0
            ? await this.#ecs.protections(
                cluster,
                left.map(({ id }) => id),
                this.#signal,
              )
            : new Map<string, Date>();
        const held = own.map((task) => ({ ...task, protectedUntil: until.get(task.id) }));
        found.push({ ...facts, references, deployments, tasks: held });
      }
    return found;
  }

  /** The tasks that no service has started and that consume this secret. */
  standalone(secret: SecretIdentity): readonly StandaloneFacts[] {
    return [...this.#clusters.values()].flatMap(({ tasks }) =>
      tasks
        .filter(({ service }) => !service)
        .map((task) => ({ ...task, references: this.#referencesOf([task.taskDefinition], secret) }))
        .filter(({ references }) => references.length > 0),
    );
  }

  /** Tasks that run on an older definition than their service count, too. */
  #references(secret: SecretIdentity, service: ServiceRecord, tasks: readonly TaskRecord[]) {
    const definitions = [
      ...service.taskDefinitions,
      ...tasks.map(({ taskDefinition }) => taskDefinition),
    ];
    return this.#referencesOf(definitions, secret);
  }

  #referencesOf(definitions: readonly string[], secret: SecretIdentity) {
    return [...new Set(definitions)].flatMap((arn) => {
      const definition = this.#definitions.get(arn);
      return definition ? findReferences(definition, [secret]) : [];
    });
  }
}

interface Cluster {
  readonly services: readonly ServiceRecord[];
  readonly tasks: readonly TaskRecord[];
}
