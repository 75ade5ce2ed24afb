import type { ChildProcess } from "node:child_process";
import { type Clock, pause } from "../clock.ts";
import type {
  ContainerDefinition,
  ContainerOverride,
  HealthCheck,
} from "./container-definition.ts";
import { StartFailure } from "./injection.ts";
import { killGroup, type Processes } from "./processes.ts";

const DEFAULT_STOP_TIMEOUT_S = 30;

interface ContainerHost {
  readonly processes: Processes;
  readonly clock: Clock;
}

export interface ContainerEvents {
  onLine(line: string): void;
  onHealth(): void;
  onExit(): void;
}

/** One process of a task. */
export class Container {
  readonly definition: ContainerDefinition;
  readonly override: ContainerOverride | undefined;
  lastStatus: "PENDING" | "RUNNING" | "STOPPED" = "PENDING";
  health: "UNKNOWN" | "HEALTHY" | "UNHEALTHY" = "UNKNOWN";
  exitCode: number | undefined;
  readonly #ended = new AbortController();
  #child: ChildProcess | undefined;

  constructor(definition: ContainerDefinition, override: ContainerOverride | undefined) {
    this.definition = definition;
    this.override = override;
  }

  /** Throws StartFailure. */
  start(host: ContainerHost, env: Record<string, string>, events: ContainerEvents): void {
    const { entryPoint = [], command = [], healthCheck, name } = this.definition;
    const argv = [...entryPoint, ...(this.override?.command ?? command)];
    this.#child = host.processes.start(argv, {
      env,
      onLine: events.onLine,
      onExit: (exitCode) => {
        this.exitCode = exitCode;
        this.lastStatus = "STOPPED";
        this.#ended.abort();
        events.onExit();
      },
    });
    if (this.#child === undefined) {
      throw new StartFailure(`CannotStartContainerError: the command of ${name} cannot be started`);
    }
    this.lastStatus = "RUNNING";
    if (healthCheck) void this.#watch(host, env, healthCheck, events.onHealth);
  }

  /** SIGTERM, and SIGKILL after the stop timeout. */
  stop(): void {
    if (this.lastStatus !== "RUNNING") {
      this.lastStatus = "STOPPED";
      return;
    }
    const { stopTimeout = DEFAULT_STOP_TIMEOUT_S } = this.definition;
    this.#child?.kill("SIGTERM");
    const timer = setTimeout(() => this.#child?.kill("SIGKILL"), stopTimeout * 1000);
    this.#ended.signal.addEventListener("abort", () => clearTimeout(timer));
  }

  /**
   * Docker's rules: the first check comes after the interval; a failure counts after the start
   * period or the first success (API_HealthCheck).
   */
  async #watch(
    { processes, clock }: ContainerHost,
    env: Record<string, string>,
    check: HealthCheck,
    onHealth: () => void,
  ): Promise<void> {
    const { interval = 30, retries = 3, startPeriod = 0 } = check;
    const graceEnds = performance.now() + clock.hurried(startPeriod * 1000);
    const { signal } = this.#ended;
    let failures = 0;
    for (;;) {
      await pause(clock.hurried(interval * 1000), signal);
      if (signal.aborted) return;
      const passed = await probe(processes, env, check);
      if (signal.aborted) return;
      if (passed) failures = 0;
      else if (this.health !== "UNKNOWN" || performance.now() >= graceEnds) failures += 1;
      const health = passed ? "HEALTHY" : failures >= retries ? "UNHEALTHY" : this.health;
      if (health === this.health) continue;
      this.health = health;
      onHealth();
    }
  }
}

/** Whether the command of the health check exits with 0 in time. */
function probe(
  processes: Processes,
  env: Record<string, string>,
  { command, timeout = 5 }: HealthCheck,
): Promise<boolean> {
  const [kind, ...rest] = command;
  const argv = kind === "CMD-SHELL" ? ["/bin/sh", "-c", ...rest] : rest;
  return new Promise((resolve) => {
    const child = processes.start(argv, {
      env,
      onLine: () => undefined,
      onExit: (exitCode) => {
        clearTimeout(timer);
        resolve(exitCode === 0);
      },
    });
    const timer = setTimeout(() => child?.pid && killGroup(child.pid), timeout * 1000);
    if (child === undefined) {
      clearTimeout(timer);
      resolve(false);
    }
  });
}
