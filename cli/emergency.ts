import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { deployedName } from "../infra/deployment.ts";
import { command } from "../lib/alerts/command.ts";
import type { Answer } from "../lib/emergency/emergency.ts";
import type { StatusAnswer } from "../lib/emergency/status.ts";
import { program, UsageError } from "./command-line.ts";
import { callerArn } from "./emergency/caller.ts";
import { type Display, jsonDisplay, terminalDisplay } from "./emergency/display.ts";
import { follow, verdictOf } from "./emergency/follow.ts";
import { EmergencyFunction } from "./emergency/function.ts";
import { interruption } from "./emergency/interruption.ts";
import { options, type Payload, payloadOf, usage } from "./emergency/options.ts";
import { serviceName } from "./emergency/service.ts";
import { ownRegion } from "./region.ts";

const { stdin, stdout, stderr } = process;

const nobody =
  "There is no terminal to ask for confirmation. Pass --yes to go ahead without asking, or --dry-run to see the plan.";

await program(
  usage,
  options,
  async (given, secrets) => {
    const payload = payloadOf(given, secrets);
    const isAsked = payload.action !== "status" && !given.yes && !given["dry-run"];
    if (isAsked && !(stdin.isTTY && stderr.isTTY)) throw new UsageError(nobody);
    const { stage, function: named } = given;
    if (!/^[\w-]+$/.test(stage)) throw new UsageError(`"${stage}" is not a valid stage name.`);
    const name = named ?? deployedName({ service: serviceName(), stage }, "emergency");
    const emergencies = new EmergencyFunction(name, await ownRegion());
    const again = (id: string) => statusCommand(id, { stage, named });
    const isLive = stdout.isTTY && !given.json;
    const display = isLive ? terminalDisplay(stdout, again) : jsonDisplay(stdout, () => new Date());
    // Whoever reads it has gone: nothing that was started depends on it.
    stdout.on("error", () => process.exit(1));
    const session = { emergencies, display, again };
    if (payload.action === "status") await look(payload, given.follow, session);
    else await act(payload, { isAsked, isDry: given["dry-run"] }, session);
  },
  { takesOthers: true },
);

interface Session {
  readonly emergencies: EmergencyFunction;
  readonly display: Display;
  /** The command that shows an emergency. */
  readonly again: (id: string) => string;
}

async function look(payload: Payload, isFollowed: boolean, session: Session): Promise<void> {
  if (isFollowed) return showUntilEnd(payload, "status", session);
  const answer = await session.emergencies.status(payload);
  session.display.show(answer);
  ended(answer, "status", session);
}

async function act(
  payload: Payload,
  { isAsked, isDry }: { readonly isAsked: boolean; readonly isDry: boolean },
  session: Session,
): Promise<void> {
  const { emergencies, display, again } = session;
  const caller = await callerArn();
  const plan = await emergencies.plan({ ...payload, caller, dryRun: true });
  display.plan(plan);
  if (plan.outcome === "refused") throw new Error("Nothing was done: every secret is refused.");
  if (isDry) return;
  if (plan.outcome === "done") return showUntilEnd(namedIn(plan), "status", session);
  const interrupted = interruption(again(plan.id));
  if (isAsked && !(await isAgreed())) throw new Error("Nothing was done.");
  interrupted.mayHaveStarted();
  const started = await emergencies.plan({ ...payload, id: plan.id, caller });
  display.started(started);
  const open = started.secrets.filter((each) => each.plan !== "done");
  await showUntilEnd(namedIn({ ...started, secrets: open }), payload.action, session);
}

/** To look at by name: at first they do not remember the emergency, and of what was done before they never do. */
function namedIn({ id, secrets }: Pick<Answer, "id" | "secrets">): Payload {
  return { action: "status", id, secrets: secrets.map(({ secret }) => secret) };
}

async function showUntilEnd(
  payload: Payload,
  asked: Payload["action"],
  session: Session,
): Promise<void> {
  const { emergencies, display } = session;
  const { secrets, pattern, tag, all, id } = payload;
  const selected = { secrets, pattern, tag, all, id };
  const following = {
    look: () => emergencies.status(selected),
    show: display.show,
    missed: (error: unknown) => display.missed(error instanceof Error ? error.message : "unknown"),
    sleep: (ms: number) => setTimeout(ms),
    now: () => performance.now(),
  };
  ended(await follow(following, asked), asked, session);
}

function ended(answer: StatusAnswer, asked: Payload["action"], { display }: Session): void {
  if (answer.id !== "" && answer.secrets.length === 0)
    throw new Error(
      `No secret of rotation.yml remembers emergency ${answer.id}: it was never started, or a later one has taken its place.`,
    );
  display.end(answer, asked);
  if (verdictOf(answer, asked) !== "done") process.exitCode = 1;
}

async function isAgreed(): Promise<boolean> {
  stderr.write("Go ahead? [y/N] ");
  try {
    for await (const line of createInterface({ input: stdin }))
      return /^y(es)?$/i.test(line.trim());
    return false;
  } finally {
    // An open terminal would keep this process alive.
    stdin.destroy();
  }
}

interface Place {
  readonly stage: string;
  readonly named: string | undefined;
}

function statusCommand(id: string, { stage, named }: Place): string {
  const isUsual = stage === options.stage.default;
  const where = named ? ["--function", named] : isUsual ? [] : ["--stage", stage];
  const which = id === "" ? [] : ["--id", id];
  return command("npm", "run", "emergency", "--", "--status", ...which, ...where);
}
