import type { Context } from "../context/context.ts";
import { DeadlineReached } from "../context/deadline.ts";
import { asRotationError, type RotationError } from "../errors.ts";
import { secretNameOf } from "../secret/arn.ts";
import type { Acting } from "./act.ts";
import { reasonOf } from "./limits.ts";
import { next, type Ready } from "./next.ts";
import { Nudges } from "./nudges.ts";
import type { EmergencyPorts } from "./ports.ts";
import { repairedNote } from "./repair-look.ts";
import { type Resting, restOf, type Stage } from "./rest.ts";
import type { Selected } from "./selection.ts";
import type { Wish } from "./step.ts";

/** Steps in one look; a look that needs more goes on in the next one. */
const most = 10;

/** One secret of an emergency. Whatever is wrong with it stays with it. */
export class Drive {
  readonly selected: Selected;
  stage: Stage = "open";
  /** For a reader: what it waits for, or why it failed. */
  why = "it has not been checked yet";
  error: RotationError | undefined;
  /** Settlement was asked to look at it at once. */
  isSettling = false;
  #arn: string;
  readonly #nudges = new Nudges();
  readonly #told = new Set<string>();

  constructor(selected: Selected) {
    this.selected = selected;
    this.#arn = selected.secretId;
  }

  get name(): string {
    return secretNameOf(this.selected.secretId);
  }

  get arn(): string {
    return this.#arn;
  }

  get isOver(): boolean {
    return this.stage === "done" || this.stage === "refused";
  }

  /** Looks, and does what is next, until it has to wait for something. */
  async look(
    wish: Omit<Wish, "entry" | "now">,
    ports: EmergencyPorts,
    acting: Acting,
    context: Context,
  ): Promise<void> {
    try {
      for (let count = 0; count < most; count += 1)
        if (await this.#next(wish, ports, acting, context)) return;
    } catch (thrown) {
      const error = asRotationError(thrown);
      if (error instanceof DeadlineReached) return;
      this.error = error;
      this.why = reasonOf(error);
      if (!error.retryable) this.stage = "refused";
      context.log.warn(this.name, error.message);
    }
  }

  /** @returns whether there is nothing more to do for now */
  async #next(
    wish: Omit<Wish, "entry" | "now">,
    ports: EmergencyPorts,
    acting: Acting,
    context: Context,
  ): Promise<boolean> {
    const { secretId, entry } = this.selected;
    const secret = await ports.store.describe(secretId, context.signal);
    this.#arn = secret.arn;
    const own = { ...wish, entry, now: context.now() };
    const step = await next(own, secret, ports, context, this.isSettling);
    this.#tell(step, wish, context);
    switch (step.kind) {
      case "note":
        await acting.note(step, secret);
        return false;
      case "clear":
        await acting.clear(step, secret);
        return false;
      case "hold":
        await acting.hold(step, secret);
        return false;
      case "move":
        await acting.move(step, secret);
        return false;
      case "suspend":
        await acting.suspend(secret);
        return false;
      case "resume":
        await acting.resume(secret, entry);
        return false;
      case "start":
        this.#rotating(step.token, own.now);
        await acting.start(step.token, secret, entry);
        return true;
      case "wait": {
        const isDue = this.#nudges.isDue(own.now);
        this.#rotating(step.token, isDue ? own.now : undefined);
        if (isDue) await acting.start(step.token, secret, entry);
        return true;
      }
      default: {
        const note = step.kind === "done" && !step.note ? repairedNote(own, secret) : undefined;
        if (note) await acting.note({ kind: "note", note }, secret);
        this.#rests(step);
        return true;
      }
    }
  }

  #rests(step: Resting): void {
    const { stage, why, error } = restOf(step);
    this.stage = stage;
    this.why = why;
    if (error) this.error = error;
  }

  /** For whoever audits: each thing that was found, once. */
  #tell({ says }: Ready, { action, id }: Pick<Wish, "action" | "id">, { log }: Context): void {
    if (says === undefined || this.#told.has(says)) return;
    this.#told.add(says);
    const line = { secret: this.name, step: action, token: id, ms: 0 };
    log.step({ ...line, outcome: "done", message: says });
  }

  #rotating(token: string, at: Date | undefined): void {
    this.stage = "rotating";
    this.why = `the rotation to version ${token} is under way`;
    if (at) this.#nudges.note(at);
  }
}
