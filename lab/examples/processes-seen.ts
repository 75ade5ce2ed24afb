import { setTimeout as sleep } from "node:timers/promises";
import type { Attempt } from "../consumer/messages.ts";
import { digest } from "./digest.ts";
import type { Document } from "./system.ts";

/** One process of the application, by what it wrote. */
interface Seen {
  digests: Readonly<Record<string, string>> | undefined;
  readonly attempts: Attempt[];
}

/** How long a process may take to start and to use its credentials, in milliseconds. */
const patience = 30_000;

/** This many attempts show that a process works. */
const enough = 3;

/** A value this long is in no text by chance. */
const telling = 16;

/** What the processes of an application (app.ts) have written. */
export class ProcessesSeen {
  readonly #attempts: boolean;
  readonly #byId = new Map<string, Seen>();
  readonly #output: string[] = [];
  /** The last line that is not a report: a warning or an error. */
  #lastWords = "no output";
  #old: ReadonlySet<string> = new Set();

  /** @param attempts whether they use credentials at all */
  constructor(attempts: boolean) {
    this.#attempts = attempts;
  }

  add(id: string, line: string): void {
    this.#output.push(line);
    const report = reportIn(line);
    if (!report) {
      this.#lastWords = line;
      return;
    }
    const seen = this.#byId.get(id) ?? { digests: undefined, attempts: [] };
    this.#byId.set(id, seen);
    if ("digests" in report) seen.digests = report.digests;
    else seen.attempts.push(report);
  }

  /** Those that are there now were there before the rotation. */
  mark(): void {
    this.#old = new Set(this.#byId.keys());
  }

  /** Waits until so many processes that came after the mark work. */
  async working(count: number): Promise<void> {
    const deadline = Date.now() + patience;
    while (this.#new().filter((seen) => this.#works(seen)).length < count) {
      if (Date.now() > deadline)
        throw new Error(`The application did not start: ${this.#lastWords}`);
      await sleep(20);
    }
  }

  /** Of all of them. */
  get attempts(): readonly Attempt[] {
    return [...this.#byId.values()].flatMap(({ attempts }) => attempts);
  }

  /** What is wrong with those that came after the mark, and with what any of them wrote. */
  problems(current: Document): string[] {
    const renewed = this.#new();
    const wrong = renewed.flatMap(({ digests = {} }) =>
      Object.keys(digests).filter((name) => digests[name] !== digest(current[name] ?? "")),
    );
    const failed = renewed.flatMap(({ attempts }) => attempts.filter(isFailed));
    const leaked = Object.entries(current).filter(
      ([, value]) => value.length >= telling && this.#output.some((line) => line.includes(value)),
    );
    return [
      ...[...new Set(wrong)].map((name) => `${name} of a new process is not the current one`),
      ...(failed.length > 0 ? [`${failed.length} attempts of new processes failed`] : []),
      ...leaked.map(([name]) => `the value of ${name} is in the application's output`),
    ];
  }

  #new(): Seen[] {
    return [...this.#byId].filter(([id]) => !this.#old.has(id)).map(([, seen]) => seen);
  }

  #works({ digests, attempts }: Seen): boolean {
    if (!this.#attempts) return digests !== undefined;
    return attempts.filter((each) => !isFailed(each)).length >= enough;
  }
}

export const isFailed = ({ code }: Attempt) => code !== undefined;

function reportIn(line: string): Attempt | { digests: Record<string, string> } | undefined {
  try {
    const parsed: unknown = JSON.parse(line);
    const isReport =
      typeof parsed === "object" &&
      parsed !== null &&
      ("digests" in parsed || "startedAt" in parsed);
    return isReport ? (parsed as Attempt | { digests: Record<string, string> }) : undefined;
  } catch {
    return undefined;
  }
}
