import { randomUUID } from "node:crypto";
import type { Activity } from "../activity.ts";
import type { Clock } from "../clock.ts";
import { type Deployed, notFound, timeoutOf } from "./deployed.ts";
import { ProcessEnvironment } from "./environment.ts";
import type { ExecutionEnvironment, StartEnvironment } from "./execution-environment.ts";
import type { FunctionDefinition, Functions, Invocation } from "./model.ts";

interface LambdaHostOptions {
  readonly region: string;
  readonly accountId: string;
  readonly clock: Clock;
  readonly activity: Activity;
  /** The environment of a process that calls the stand-in as this principal. */
  env(principal: string): Record<string, string>;
  /** Default: a process each. */
  readonly startEnvironment?: StartEnvironment;
}

/** The Lambda side of the stand-in. */
export class LambdaHost implements Functions, AsyncDisposable {
  readonly #deployed = new Map<string, Deployed>();
  readonly #arnPrefix: string;
  readonly #options: LambdaHostOptions;

  constructor(options: LambdaHostOptions) {
    this.#arnPrefix = `arn:aws:lambda:${options.region}:${options.accountId}:function:`;
    this.#options = options;
  }

  register(definition: FunctionDefinition): string {
    const { name } = definition;
    if (!/^[\w-]{1,64}$/.test(name)) throw new Error(`Not a function name: ${name}`);
    if (this.#deployed.has(name)) throw new Error(`The function ${name} is registered already.`);
    const deployed = {
      definition,
      arn: this.#arnPrefix + name,
      started: 0,
      idle: [],
      busy: new Set<ExecutionEnvironment>(),
      hasLostOne: false,
    };
    this.#deployed.set(name, deployed);
    if (!definition.startsCold) this.#startSpare(deployed);
    return deployed.arn;
  }

  /** Ends its processes. Does nothing for a function that is not registered. */
  unregister(nameOrArn: string): void {
    const found = this.#find(nameOrArn);
    if (found === undefined) return;
    this.#deployed.delete(found.definition.name);
    for (const environment of [...found.idle, ...found.busy]) environment.kill();
  }

  has(nameOrArn: string): boolean {
    return this.#find(nameOrArn) !== undefined;
  }

  describe(nameOrArn: string): { arn: string; timeoutMs: number } | undefined {
    const found = this.#find(nameOrArn);
    return found && { arn: found.arn, timeoutMs: timeoutOf(found) };
  }

  async invoke(
    nameOrArn: string,
    payload: unknown,
    requestId: string = randomUUID(),
  ): Promise<Invocation> {
    const deployed = this.#find(nameOrArn);
    if (deployed === undefined) return notFound(nameOrArn);
    using _ = this.#options.activity.begin();
    const start = performance.now();
    const environment = this.#take(deployed);
    const message = { requestId, functionArn: deployed.arn, event: payload };
    const finished = await environment.invoke(message, timeoutOf(deployed));
    deployed.busy.delete(environment);
    if (environment.isAlive) deployed.idle.push(environment);
    else deployed.hasLostOne = true;
    return { ...finished, ms: performance.now() - start, principal: environment.principal };
  }

  kill(principal: string): void {
    this.#environments()
      .find((environment) => environment.principal === principal)
      ?.kill();
  }

  running(nameOrArn: string): readonly string[] {
    return [...(this.#find(nameOrArn)?.busy ?? [])].map(({ principal }) => principal);
  }

  /** Ends the processes that run an invocation; idle ones stay. */
  async endInvocations(): Promise<void> {
    const busy = [...this.#deployed.values()].flatMap((deployed) => [...deployed.busy]);
    for (const environment of busy) environment.kill();
    await Promise.all(busy.map(({ exited }) => exited));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const environments = this.#environments();
    this.#deployed.clear();
    for (const environment of environments) environment.kill();
    await Promise.all(environments.map(({ exited }) => exited));
  }

  /** Where environments are killed, the invocation after a kill shall not wait for a new one. */
  #take(deployed: Deployed): ExecutionEnvironment {
    deployed.idle = deployed.idle.filter(({ isAlive }) => isAlive);
    const environment = deployed.idle.pop() ?? this.#start(deployed);
    deployed.busy.add(environment);
    if (deployed.hasLostOne && deployed.idle.length === 0) this.#startSpare(deployed);
    return environment;
  }

  #startSpare(deployed: Deployed): void {
    deployed.idle.push(this.#start(deployed));
  }

  #start(deployed: Deployed): ExecutionEnvironment {
    const { name, bundle, environment } = deployed.definition;
    deployed.started += 1;
    const principal = `${name}-${deployed.started}`;
    const { startEnvironment = startProcess } = this.#options;
    return startEnvironment(principal, bundle, {
      ...environment,
      ...this.#options.env(principal),
      ...this.#options.clock.env(),
      AWS_LAMBDA_FUNCTION_NAME: name,
      AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "512",
      AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
      AWS_LAMBDA_LOG_STREAM_NAME: principal,
      TZ: ":UTC",
    });
  }

  #find(nameOrArn: string): Deployed | undefined {
    const name = nameOrArn.startsWith(this.#arnPrefix)
      ? nameOrArn.slice(this.#arnPrefix.length)
      : nameOrArn;
    return this.#deployed.get(name);
  }

  #environments(): ExecutionEnvironment[] {
    return [...this.#deployed.values()].flatMap(({ idle, busy }) => [...idle, ...busy]);
  }
}

const startProcess: StartEnvironment = (...environment) => new ProcessEnvironment(...environment);
