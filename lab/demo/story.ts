import { type Step, steps as stepNames } from "../../lib/rotation/event.ts";
import { messageFor, type Notification } from "../../standin/aws.ts";
import { type DatabaseSecret, databaseSecretId } from "../database-secret.ts";
import type { WatchedStep } from "../step-watch.ts";
import type { World } from "../world.ts";
import { explanations } from "./explanations.ts";
import { denials } from "./failures.ts";
import { bold, heading, mark, paragraph } from "./layout.ts";
import { maskedDocument } from "./masked-document.ts";
import { failureOf, type Performance } from "./performance.ts";

/** Explains to a newcomer what happens, while it happens. */
export class Story {
  readonly #strategy: string;
  readonly #fail: Step | undefined;
  readonly #passwords = new Map<string, string>();
  #shown: readonly string[] = [];
  #attempts = 0;
  #sent: readonly Notification[] = [];

  constructor(strategy: string, fail: Step | undefined) {
    this.#strategy = strategy;
    this.#fail = fail;
  }

  async opening(world: World): Promise<void> {
    this.#sent = world.aws.notifications;
    const { host, port, title } = world.server;
    console.log(bold("Quarterturn rotates a PostgreSQL password, from end to end"));
    heading("The parts, all on this machine");
    paragraph(`${title}, TLS only, ${host}:${port}`, "Database  ");
    paragraph(`a stand-in for AWS Secrets Manager, ${world.aws.endpoint}`, "Vault     ");
    paragraph("rotate-database, built as for AWS Lambda, in a process of its own", "Function  ");
    paragraph("reads AWSCURRENT and logs in with it, over and over", "Consumer  ");
    if (this.#strategy === "alternating-users")
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
    const opened = counted(connections.opened, "database connection");
    const refused = connections.refused || "none";
    paragraph(`In total ${counted(requests, "AWS request")}; ${opened}, ${refused} refused.`);
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
    next(this.#fail);
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

function next(failed: Step | undefined): void {
  heading("Where to go next");
  if (failed) paragraph("a rotation that succeeds", "npm run demo                          ");
  else paragraph("a rotation that fails without harm", "npm run demo -- --fail finishSecret   ");
  paragraph(
    "the same parts, kept running for the aws command line",
    "npm run local                         ",
  );
  paragraph("what it takes to run in your own account", "README.md                             ");
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
