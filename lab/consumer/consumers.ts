import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { compileCache } from "../../standin/compile-cache.ts";
import type { Attempt, FromConsumer, ToConsumer } from "./messages.ts";

export interface ConsumerStats {
  attempted: number;
  failed: number;
  /**
   * For one rotation, which is what lies between two calls of `mark`: milliseconds from the start
   * of the first failed attempt to the end of the last one; 0 without a failure.
   */
  failedSpanMs: number;
  /** `at`: the start of the attempt, epoch milliseconds. */
  failures: { code: string; at: number }[];
}

/** A process that acts as a reading consumer (see consumer.ts). */
export interface Consumer extends AsyncDisposable {
  /** Attempts that ended since the last `mark`, the one under way at the call included. */
  stats(): Promise<ConsumerStats>;
  /** Begins a new rotation's count, once the attempt under way has ended. */
  mark(): Promise<void>;
  stop(): Promise<void>;
}

export interface ConsumerOptions {
  /** The process's whole environment: credentials, Region and endpoint for the AWS SDK. */
  env: Record<string, string>;
  /** The type of the server (lab/servers.ts). */
  type: string;
  secretId: string;
  /** PEM of the authority that the database's certificate must come from. */
  ca: string;
  /** How long it caches the secret, in milliseconds. Default: it does not. */
  cacheMs?: number;
  /** Between two logins, in milliseconds. Default: none. */
  pauseMs?: number;
  /** Fails if the first successful login takes longer, in milliseconds. */
  readyTimeoutMs?: number;
}

const PROGRAM = new URL("./consumer.ts", import.meta.url);

/** Resolves after the first successful login; attempts until then are not counted. */
export async function startConsumer(options: ConsumerOptions): Promise<Consumer> {
  const { env, type, secretId, ca, cacheMs = 0, pauseMs = 0, readyTimeoutMs = 15_000 } = options;
  const own = {
    CONSUMER_TYPE: type,
    CONSUMER_SECRET_ID: secretId,
    CONSUMER_CA: ca,
    CONSUMER_CACHE_MS: String(cacheMs),
    CONSUMER_PAUSE_MS: String(pauseMs),
  };
  const child = fork(PROGRAM, {
    execArgv: [],
    env: { ...env, ...compileCache, ...own },
  });
  const consumer = new ConsumerProcess(child);
  try {
    await consumer.ready(readyTimeoutMs);
    return consumer;
  } catch (error) {
    await consumer.stop();
    throw error;
  }
}

class ConsumerProcess implements Consumer {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly #syncs: PromiseWithResolvers<void>[] = [];
  readonly #firstLogin = Promise.withResolvers<void>();
  #attempted = 0;
  #failed: (Attempt & { code: string })[] = [];

  constructor(child: ChildProcess) {
    this.#child = child;
    this.#ended = once(child, "exit").then(() => {
      const error = new Error("The consumer exited");
      for (const waiting of [this.#firstLogin, ...this.#syncs]) waiting.reject(error);
    });
    child.on("message", (message) => this.#receive(message as FromConsumer));
  }

  async ready(timeoutMs: number): Promise<void> {
    const timeout = setTimeout(() => {
      const code = this.#failed.at(-1)?.code ?? "no attempt ended";
      this.#firstLogin.reject(new Error(`The consumer cannot log in: ${code}`));
    }, timeoutMs);
    await this.#firstLogin.promise.finally(() => clearTimeout(timeout));
    this.#reset();
  }

  async stats(): Promise<ConsumerStats> {
    await this.#sync();
    const first = this.#failed[0]?.startedAt ?? 0;
    const last = this.#failed.at(-1)?.endedAt ?? 0;
    return {
      attempted: this.#attempted,
      failed: this.#failed.length,
      failedSpanMs: last - first,
      failures: this.#failed.map(({ code, startedAt }) => ({ code, at: startedAt })),
    };
  }

  async mark(): Promise<void> {
    await this.#sync();
    this.#reset();
  }

  async stop(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    await this.#ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #reset(): void {
    this.#attempted = 0;
    this.#failed = [];
  }

  #sync(): Promise<void> {
    const waiting = Promise.withResolvers<void>();
    const sync: ToConsumer = { sync: this.#syncs.push(waiting) - 1 };
    this.#child.send(sync, (error) => {
      if (error) waiting.reject(error);
    });
    return waiting.promise;
  }

  #receive(message: FromConsumer): void {
    if ("sync" in message) {
      this.#syncs[message.sync]?.resolve();
      return;
    }
    const { attempt } = message;
    this.#attempted += 1;
    if (attempt.code === undefined) this.#firstLogin.resolve();
    else this.#failed.push({ ...attempt, code: attempt.code });
  }
}
