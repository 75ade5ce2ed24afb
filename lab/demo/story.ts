import { type Step, steps as stepNames } from "../../lib/rotation/event.ts";
import { messageFor, type Notification } from "../../standin/aws.ts";
import { type DatabaseSecret, databaseSecretId } from "../database-secret.ts";
import type { Strategy } from "../server.ts";
import { serverType } from "../servers.ts";
import type { WatchedStep } from "../step-watch.ts";
import type { World } from "../world.ts";
import { explanations } from "./explanations.ts";
import { denials } from "./failures.ts";
import { bold, heading, mark, paragraph } from "./layout.ts";
import { maskedDocument } from "./masked-document.ts";
import { failureOf, type Performance, sparesInjected } from "./performance.ts";
import { defaultEngine, type Scene } from "./scene.ts";

/** Indents what goes on from the line before. */
const gap = " ".repeat(10);

/** Explains to a newcomer what happens, while it happens. */
export class Story {
  readonly #engine: string;
  readonly #strategy: Strategy;
  readonly #fail: Step | undefined;
  readonly #passwords = new Map<string, string>();
  #shown: readonly string[] = [];
  #attempts = 0;
  #sent: readonly Notification[] = [];

  constructor({ engine, strategy, fail }: Scene) {
    this.#engine = engine;
    this.#strategy = strategy;
    this.#fail = fail;
  }

  async opening(world: World): Promise<void> {
    this.#sent = world.aws.notifications;
    const { host, port, title } = world.server;
    const { name, isDouble } = serverType(this.#engine);
    console.log(bold(`Quarterturn rotates a ${name} password, from end to end`));
    heading("The parts, all on this machine");
    paragraph(`${title}, TLS only, ${host}:${port}`, "Server    ");
    if (isDouble)
      paragraph(`no ${name} runs here: a program of this repository speaks its protocol`, gap);
    paragraph(`a stand-in for AWS Secrets Manager, ${world.aws.endpoint}`, "Vault     ");
    paragraph("rotate-database, built as for AWS Lambda, in a process of its own", "Function  ");
    paragraph("reads AWSCURRENT and logs in with it, over and over", "Consumer  ");
    if (sparesInjected(this.#strategy))
      paragraph(
        "an ECS service of three tasks, real processes with the secret in their environment, " +
          "which log in continuously",
        "Consumers ",
      );
    heading(`The secret ${databaseSecretId}`);
    this.#show(await world.secret(), "<old password>");
    heading(`One rotation, strategy ${this.#strategy}`);
    if (this.#fail) paragraph(`${this.#fail} will be denied secretsmanager:${this.#denied}.`);
  }

  step({ step, ms, requests, error }: WatchedStep): void {
    if (step === stepNames[0]) this.#attempts += 1;
    if (step === stepNames[0] && this.#attempts > 1) paragraph("Secrets Manager tries again:");
    const time = `${Math.round(ms)} ms`.padStart(8);
    const purpose = explanations[this.#strategy]?.steps[step as Step] ?? "";
    const indent = " ".repeat(2 + 12 + 8 + 2);
    paragraph(purpose, `${mark(!error)} ${step.padEnd(12)}${time}  `);
    paragraph(tally(requests), indent);
    if (error) paragraph(bold(error.errorType), indent);
  }

  closing(shown: Performance): void {
    const { steps, connections, secret, succeeded } = shown;
    const requests = steps.reduce((sum, each) => sum + each.requests.length, 0);
    const opened = `${counted(connections.opened, "connection")} to the server`;
    const refused =
      connections.refused === null ? "" : `, ${connections.refused || "none"} refused`;
    paragraph(`In total ${counted(requests, "AWS request")}; ${opened}${refused}.`);
    if (!succeeded) heading("What failed");
    if (!succeeded) paragraph(failureOf(shown));
    heading("What the consumers saw");
    this.#logins(shown);
    heading(succeeded ? "The secret now" : "The secret now: as it was");
    this.#show(secret, "<new password>");
    for (const sent of this.#sent) mail(sent);
    if (shown.services.length > 0) heading("Settlement, started by the rotation itself");
    for (const { name, tasks, deployment } of shown.services) {
      paragraph(
        `service ${name}: ${tasks} tasks replaced by deployment ${deployment}`,
        `${mark(true)} `,
      );
      paragraph("and no task from before the promotion is left, not even a draining one", "  ");
    }
    heading(succeeded ? "The old password" : "Is production safe?");
    if (succeeded) dead(shown);
    else safe(shown);
    next(this.#engine, this.#fail);
  }

  #logins({ attempts, logins, loginsAfter }: Performance): void {
    const { attempted, failed, failedSpanMs } = logins;
    const span =
      attempts > 1 ? ` in ${attempts} attempts` : `, within ${failedSpanMs.toFixed(1)} ms`;
    const failures = failed > 0 ? `${failed} failed${span}` : "none failed";
    paragraph(`${counted(attempted, "login")}: ${failures}.`);
    const why = explanations[this.#strategy]?.consumer;
    if (failed > 0 && why) paragraph(why);
    paragraph(
      `${loginsAfter.attempted} of them after the rotation: ${loginsAfter.failed || "none"} failed.`,
      `${mark(loginsAfter.failed === 0)} `,
    );
  }

  /** With names in place of passwords; what changed since the last time is bold. */
  #show(secret: DatabaseSecret, name: string): void {
    if (!this.#passwords.has(secret.password)) this.#passwords.set(secret.password, name);
    const lines = maskedDocument(secret, this.#passwords);
    const isNew = (line: string) => this.#shown.length > 0 && !this.#shown.includes(line);
    for (const line of lines) console.log(`  ${isNew(line) ? bold(line) : line}`);
    this.#shown = lines;
  }

  get #denied(): string {
    return this.#fail ? denials[this.#fail].operation : "";
  }
}

function dead({ oldCredentialRefused: refused }: Performance): void {
  const proof = refused
    ? "The server refuses it. RETIRING is removed: this rotation is finished."
    : "The server still accepts it: this rotation is not finished.";
  paragraph(proof, `${mark(refused)} `);
}

function safe({ attempts, currentLogsIn }: Performance): void {
  const state = currentLogsIn ? "AWSCURRENT still logs in." : "AWSCURRENT is refused.";
  paragraph(state, `${mark(currentLogsIn)} `);
  paragraph(
    `Secrets Manager gave up after ${attempts} attempts. Fix the cause of the error, then call ` +
      "RotateSecret to complete this rotation.",
  );
}

/** An alert as on-call gets it; lines to paste are not broken. */
function mail(sent: Notification): void {
  heading("The email that on-call got");
  paragraph(bold(sent.subject ?? ""));
  for (const line of messageFor(sent, "email").split("\n\n"))
    if (line.startsWith(" ")) console.log(`  ${line}`);
    else paragraph(line);
}

function next(engine: string, failed: Step | undefined): void {
  heading("Where to go next");
  const [again, failing] = [demo(engine), demo(engine, "--fail finishSecret")];
  const ways = [
    failed ? [again, "a rotation that succeeds"] : [failing, "a rotation that fails without harm"],
    ["npm run local", "PostgreSQL and AWS's stand-in, kept running for the aws command line"],
    ["README.md", "what it takes to run in your own account"],
  ] as const;
  const widest = Math.max(...ways.map(([command]) => command.length));
  for (const [command, what] of ways) paragraph(what, `${command.padEnd(widest)}   `);
}

/** The command that shows this engine. */
function demo(engine: string, ...options: readonly string[]): string {
  const given = [...(engine === defaultEngine ? [] : [`--engine ${engine}`]), ...options];
  return ["npm run demo", ...(given.length > 0 ? ["--", ...given] : [])].join(" ");
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** `DescribeSecret, GetSecretValue (2)` */
function tally(requests: readonly string[]): string {
  const counts = Map.groupBy(requests, (name) => name);
  return [...counts]
    .map(([name, { length }]) => (length > 1 ? `${name} (${length})` : name))
    .join(", ");
}
