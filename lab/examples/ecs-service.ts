import { basename } from "node:path";
import {
  type ContainerDefinition,
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeServicesCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
} from "@aws-sdk/client-ecs";
import type { Aws } from "../../standin/aws.ts";
import { compileCache } from "../../standin/compile-cache.ts";
import { keysOf } from "../clients.ts";
import type { Attempt } from "../consumer/messages.ts";
import { type AppSettings, usesCredentials } from "./app-settings.ts";
import type { Consumer, Verdict } from "./consumer.ts";
import { ProcessesSeen } from "./processes-seen.ts";
import type { Document } from "./system.ts";

/** An ECS service of an example. */
export interface ServiceOptions {
  readonly cluster: string;
  readonly name: string;
  readonly tasks: number;
  /** The text of its task definition. */
  readonly definition: string;
  /** What the platform gives a container beside it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Where the files of the container's `/app` are. */
  readonly folder: string;
  readonly app: AppSettings;
}

const program = new URL("./app.ts", import.meta.url).pathname;

/** Its tasks run the examples' application; settlement finds it by its task definition, and rolls it. */
export class EcsService implements Consumer {
  readonly #seen: ProcessesSeen;
  readonly #options: ServiceOptions;
  readonly #ecs: ECSClient;
  readonly #parts = new DisposableStack();
  readonly #firstDeployment = Promise.withResolvers<void>();
  #rolled = 0;

  private constructor(aws: Aws, options: ServiceOptions) {
    this.#options = options;
    this.#seen = new ProcessesSeen(usesCredentials(options.app));
    const { endpoint, region } = aws;
    this.#ecs = new ECSClient({ endpoint, region, credentials: keysOf(aws, "operator") });
    this.#parts.defer(() => this.#ecs.destroy());
  }

  /** Resolves when every task works and the first deployment is over. */
  static async start(aws: Aws, options: ServiceOptions): Promise<EcsService> {
    const { cluster, name, tasks } = options;
    const service = new EcsService(aws, options);
    service.#watch(aws, `/${cluster}/${name}`);
    await service.#ecs.send(new CreateClusterCommand({ clusterName: cluster }));
    const { family: taskDefinition } = await register(service.#ecs, options);
    const create = { cluster, serviceName: name, taskDefinition, desiredCount: tasks };
    await service.#ecs.send(new CreateServiceCommand(create));
    await service.#seen.working(tasks);
    await service.#firstDeployment.promise;
    service.#seen.mark();
    service.#rolled = 0;
    return service;
  }

  #watch({ ecs }: Aws, arnEnd: string): void {
    this.#parts.use(ecs.onOutput(({ taskArn, line }) => this.#seen.add(taskArn, line)));
    this.#parts.use(
      ecs.onEvent(({ detail, resources: [arn] }) => {
        const isOwn = detail.eventName === "SERVICE_DEPLOYMENT_COMPLETED" && arn.endsWith(arnEnd);
        if (!isOwn) return;
        this.#rolled += 1;
        this.#firstDeployment.resolve();
      }),
    );
  }

  async isQuiet(): Promise<boolean> {
    const { cluster, name } = this.#options;
    const command = new DescribeServicesCommand({ cluster, services: [name] });
    const { services: [service] = [] } = await this.#ecs.send(command);
    return service?.deployments?.every(({ rolloutState }) => rolloutState === "COMPLETED") ?? false;
  }

  async verdict(current: Document): Promise<Verdict> {
    await this.#seen.working(this.#options.tasks);
    const problems = this.#seen.problems(current);
    if (this.#rolled !== 1) problems.push(`${this.#rolled} deployments of the service`);
    const rolled = Math.min(this.#rolled, 1);
    this.#seen.mark();
    this.#rolled = 0;
    return { rolled, problems };
  }

  get attempts(): readonly Attempt[] {
    return this.#seen.attempts;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#parts.dispose();
  }
}

/**
 * The task definition as it stands, but for what is a machine's: a file of the container's `/app` is the
 * example's, the command is the examples' application, and no health check asks for its port.
 */
async function register(ecs: ECSClient, { definition, folder, environment, app }: ServiceOptions) {
  const task: RegisterTaskDefinitionCommandInput = JSON.parse(definition);
  const given = Object.entries({
    ...environment,
    ...compileCache,
    APP_SETTINGS: JSON.stringify(app),
  });
  const here = ({ healthCheck: _, entryPoint, ...container }: ContainerDefinition) => ({
    ...container,
    ...(entryPoint && { entryPoint: entryPoint.map((file) => `${folder}/${basename(file)}`) }),
    command: [process.execPath, program],
    environment: [
      ...(container.environment ?? []),
      ...given.map(([name, value]) => ({ name, value })),
    ],
    stopTimeout: 2,
  });
  const containerDefinitions = task.containerDefinitions?.map(here);
  const command = new RegisterTaskDefinitionCommand({ ...task, containerDefinitions });
  return (await ecs.send(command)).taskDefinition ?? {};
}
