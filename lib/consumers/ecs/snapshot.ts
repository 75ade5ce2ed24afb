import { bounded } from "../../bounded.ts";
import type { Reference, SecretIdentity } from "../../settlement/consumer.ts";
import { familyOf } from "./clusters.ts";
import type { EcsReader, ServiceRecord, TaskRecord } from "./ecs.ts";
import { ClusterUnreadable } from "./errors.ts";
import type { ReaderFacts, StandaloneFacts } from "./facts.ts";
import {
  findOverridden,
  findReferences,
  type Override,
  type TaskDefinition,
} from "./references.ts";

/** Definitions that are read at once. */
const width = 5;

/** What clusters hold, read once; any number of secrets can be looked for in it. */
export class ClusterSnapshot {
  readonly #clusters: readonly Cluster[];
  readonly #definitions: ReadonlyMap<string, TaskDefinition>;
  readonly #services;
  readonly #standalone;
  /** The clusters that could not be read. */
  readonly unreadable: readonly ClusterUnreadable[];

  private constructor(
    clusters: readonly Cluster[],
    definitions: ReadonlyMap<string, TaskDefinition>,
    unreadable: readonly ClusterUnreadable[],
  ) {
    this.#clusters = clusters;
    this.#definitions = definitions;
    this.unreadable = unreadable;
    this.#services = clusters.flatMap(({ cluster, services, tasksOf }) =>
      services.map((service) => {
        const tasks = tasksOf.get(service.name) ?? [];
        return { cluster, service, tasks, place: this.#place(tasks, service) };
      }),
    );
    this.#standalone = clusters.flatMap(({ cluster, tasksOf }) =>
      (tasksOf.get(undefined) ?? []).map((task) => ({ cluster, task, place: this.#place([task]) })),
    );
  }

  /** @throws AwsCallFailed, DeadlineReached */
  static async take(
    ecs: EcsReader,
    names: readonly string[],
    signal: AbortSignal,
  ): Promise<ClusterSnapshot> {
    const clusters: Cluster[] = [];
    const unreadable: ClusterUnreadable[] = [];
    for (const cluster of names) {
      try {
        // Tasks first: one that a service starts in between is new, one that was missed would be old.
        const tasks = await ecs.tasks(cluster, signal);
        const tasksOf = Map.groupBy(tasks, ({ service }) => service);
        clusters.push({ cluster, tasks, tasksOf, services: await ecs.services(cluster, signal) });
      } catch (error) {
        if (!(error instanceof ClusterUnreadable)) throw error;
        unreadable.push(error);
      }
    }
    const used = clusters.flatMap(({ tasks, services }) => [
      ...[...tasks.values()].flat().map(({ taskDefinition }) => taskDefinition),
      ...services.flatMap(({ taskDefinitions }) => taskDefinitions),
    ]);
    const definitions = new Map<string, TaskDefinition>();
    const read = async (arn: string) => definitions.set(arn, await ecs.taskDefinition(arn, signal));
    await bounded([...new Set(used)], width, read);
    return new ClusterSnapshot(clusters, definitions, unreadable);
  }

  /** All services, with the name or ARN of their cluster. */
  get services(): readonly { readonly cluster: string; readonly name: string }[] {
    return this.#clusters.flatMap(({ cluster, services }) =>
      services.map(({ name }) => ({ cluster, name })),
    );
  }

  /** The services that consume this secret, or may. */
  readers(secret: SecretIdentity): readonly ReaderFacts[] {
    return this.#services.flatMap(({ cluster, service, tasks, place }) => {
      const references = referencesIn(place, secret);
      if (references.length === 0) return [];
      const { taskDefinitions: _, arn: __, ...facts } = service;
      return [{ cluster, ...facts, references, tasks }];
    });
  }

  /** The tasks that no service started and that consume this secret, or may. */
  standalone(secret: SecretIdentity): readonly StandaloneFacts[] {
    return this.#standalone.flatMap(({ cluster, task, place }) => {
      const references = referencesIn(place, secret);
      if (references.length === 0) return [];
      const { id, createdAt, taskDefinition } = task;
      return [{ cluster, id, family: familyOf(taskDefinition), createdAt, references }];
    });
  }

  /** Also of tasks that run an older definition than their service. */
  #place(tasks: readonly TaskRecord[], service?: ServiceRecord): Place {
    const arns = new Set([
      ...(service?.taskDefinitions ?? []),
      ...tasks.map(({ taskDefinition }) => taskDefinition),
    ]);
    return {
      definitions: [...arns].flatMap((arn) => this.#definitions.get(arn) ?? []),
      overrides: tasks.flatMap(({ overrides = [] }) => overrides),
    };
  }
}

/** Where references of a service or a task stand. */
interface Place {
  readonly definitions: readonly TaskDefinition[];
  readonly overrides: readonly Override[];
}

function referencesIn({ definitions, overrides }: Place, secret: SecretIdentity): Reference[] {
  const references: Reference[] = [];
  for (const definition of definitions) references.push(...findReferences(definition, [secret]));
  if (overrides.length > 0) references.push(...findOverridden(overrides, [secret]));
  return references;
}

interface Cluster {
  /** Its name or ARN, as it was asked for. */
  readonly cluster: string;
  readonly services: readonly ServiceRecord[];
  readonly tasks: readonly TaskRecord[];
  /** By the service's name. */
  readonly tasksOf: ReadonlyMap<string | undefined, readonly TaskRecord[]>;
}
