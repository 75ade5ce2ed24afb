import { changedAt, type Promotion, type SecretIdentity } from "../consumer.ts";
import type { EcsView, ServiceRecord, TaskRecord } from "./ecs.ts";
import { ClusterUnreadable } from "./errors.ts";
import type { ServiceFacts, StandaloneFacts } from "./facts.ts";
import { findReferences, type TaskDefinition } from "./references.ts";

/** What clusters hold, read once; many secrets can be looked for in it. */
export class ClusterSnapshot {
  readonly #ecs: EcsView;
  readonly #signal: AbortSignal;
  readonly #clusters: ReadonlyMap<string, Cluster>;
  /** What could not be read, and why. */
  readonly unreadable: readonly ClusterUnreadable[];
  readonly #definitions: ReadonlyMap<string, TaskDefinition>;

  private constructor(of: {
    ecs: EcsView;
    signal: AbortSignal;
    clusters: ReadonlyMap<string, Cluster>;
    unreadable: readonly ClusterUnreadable[];
    definitions: ReadonlyMap<string, TaskDefinition>;
  }) {
    this.#ecs = of.ecs;
    this.#signal = of.signal;
    this.#clusters = of.clusters;
    this.unreadable = of.unreadable;
    this.#definitions = of.definitions;
  }

  /** What could not be read, one sentence each. */
  get blind(): readonly string[] {
    return this.unreadable.map(({ message }) => message);
  }

  static async take(
    ecs: EcsView,
    clusters: readonly string[],
    signal: AbortSignal,
  ): Promise<ClusterSnapshot> {
    const read = new Map<string, Cluster>();
    const unreadable: ClusterUnreadable[] = [];
    for (const name of clusters) {
      try {
        // Tasks first: one that a service starts in between is new, one that was missed would be old.
        const tasks = await ecs.tasks(name, signal);
        read.set(name, { tasks, services: await ecs.services(name, signal) });
      } catch (error) {
        if (!(error instanceof ClusterUnreadable)) throw error;
        unreadable.push(error);
      }
    }
    const used = [...read.values()].flatMap(({ tasks, services }) => [
      ...tasks.map(({ taskDefinition }) => taskDefinition),
      ...services.flatMap(({ taskDefinitions }) => taskDefinitions),
    ]);
    const definitions = new Map<string, TaskDefinition>();
    for (const arn of new Set(used)) definitions.set(arn, await ecs.taskDefinition(arn, signal));
    return new ClusterSnapshot({ ecs, signal, clusters: read, unreadable, definitions });
  }

  /** The services that consume this secret, as far as the snapshot shows them. */
  readers(secret: SecretIdentity): readonly Omit<ServiceFacts, "deployments">[] {
    return [...this.#clusters].flatMap(([cluster, { services, tasks }]) =>
      services.flatMap((service) => {
        const own = tasks.filter((task) => task.service === service.name);
        const references = this.#references(secret, service, own);
        if (references.length === 0) return [];
        const { name, controller, status, desiredCount } = service;
        return [{ cluster, name, controller, status, desiredCount, references, tasks: own }];
      }),
    );
  }

  /** The services that consume this secret, with their deployments since it changed for them. */
  async services(secret: SecretIdentity, promotion: Promotion): Promise<readonly ServiceFacts[]> {
    const found: ServiceFacts[] = [];
    for (const service of this.readers(secret)) {
      const { cluster, name, tasks, references } = service;
      const since = changedAt(references, promotion);
      const deployments = await this.#ecs.deployments(cluster, name, promotion.at, this.#signal);
      const left = tasks.filter(({ createdAt }) => createdAt <= since);
      const until =
        deployments.length > 0 && left.length > 0
          ? await this.#ecs.protections(
              cluster,
              left.map(({ id }) => id),
              this.#signal,
            )
          : new Map<string, Date>();
      const held = tasks.map((task) => ({ ...task, protectedUntil: until.get(task.id) }));
      found.push({ ...service, deployments, tasks: held });
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
