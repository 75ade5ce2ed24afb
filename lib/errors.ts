interface Cure {
  /** E.g. `To restore it`. */
  readonly to: string;
  readonly words: readonly string[];
}

/** What went wrong, and what to do about it. None of it ever holds a secret value. */
export interface Failure {
  /** Stable; one of docs/errors.md. */
  readonly code: string;
  /** Whether the same step can succeed later without anybody's help. Default: no. */
  readonly retryable?: boolean;
  /** Full sentences. */
  readonly happened: string;
  /** What the reader should do, in full sentences. */
  readonly remedy: string;
  /** The remedy begins with taking AWSPENDING off the version that failed. */
  readonly undo?: "removePending";
  /** A command of the `aws` command line that the reader may want, without `aws` and the Region. */
  readonly cure?: Cure;
  /** On-call must hear of it even where the next attempt succeeds. Default: no. */
  readonly lasting?: boolean;
  /** What it is about, e.g. a server, a parameter, a call; default: its server, if there is one. */
  readonly subject?: string;
}

/**
 * Every failure that Quarterturn can name; each class stands beside what throws it. `code` is the error's name
 * too, by which Lambda reports it. There is no `cause`: Lambda prints every enumerable property of an unhandled
 * error, and drivers put whole statements into theirs.
 */
export abstract class RotationError extends Error implements Failure {
  /**
   * What consumers feel: nothing changed for them; nothing changed, but they may not reach the server either; or
   * new logins may be failing now.
   */
  impact: "unchanged" | "unknown" | "outage" = "unchanged";
  /** What is known of production, where the impact alone does not say it well; in full, and for an SMS. */
  safety?: { readonly full: string; readonly brief: string };
  /** What comes next, where it does not follow from `retryable`. */
  readonly next?: string;
  readonly code: string;
  readonly retryable: boolean;
  readonly happened: string;
  readonly remedy: string;
  readonly undo?: "removePending";
  readonly cure?: Cure;
  readonly lasting: boolean;
  /** The server that could not be used, as `host:port`: no other credential on it can be used now, either. */
  readonly server?: string | undefined;
  readonly #subject: string;

  constructor({ code, retryable = false, happened, remedy, undo, ...more }: Failure) {
    super(happened.endsWith("\n") ? happened + remedy : `${happened} ${remedy}`);
    this.name = code;
    this.code = code;
    this.retryable = retryable;
    this.happened = happened.trimEnd();
    this.remedy = remedy;
    this.lasting = more.lasting ?? false;
    this.#subject = more.subject ?? "";
    if (undo) this.undo = undo;
    if (more.cure) this.cure = more.cure;
  }

  /** What of the secret it is about. With the code it tells whether two failures are the same problem. */
  get subject(): string {
    return this.#subject || (this.server ?? "");
  }

  /** The same, met while AWSCURRENT was refused: whatever it is about, consumers go on failing. */
  inOutage(): this {
    this.impact = "outage";
    delete this.safety;
    return this;
  }
}

/** A bug. Only the class of the error is kept, because its text may hold anything. */
export class Unexpected extends RotationError {
  constructor(kind: string) {
    super({
      code: "UNEXPECTED",
      subject: kind,
      retryable: true,
      happened: `An unexpected ${kind} stopped the step.`,
      remedy: "This is a bug in Quarterturn. Please report it with the log of this step.",
    });
  }
}

/** What may leave the function instead of whatever was thrown. */
export function asRotationError(thrown: unknown): RotationError {
  if (thrown instanceof RotationError) return thrown;
  const kind = thrown instanceof Error ? thrown.constructor.name : typeof thrown;
  return new Unexpected(kind);
}
