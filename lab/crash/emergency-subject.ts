import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import {
  CancelRotateSecretCommand,
  DescribeSecretCommand,
  RotateSecretCommand,
} from "@aws-sdk/client-secrets-manager";
import { databaseSecretId } from "../database-secret.ts";
import type { ServerProxy } from "../server.ts";
import type { World } from "../world.ts";
import { Disturbance, type Target } from "./disturbance.ts";
import { requireSuccess } from "./outcome.ts";
import { Promotions } from "./promotions.ts";
import type { Subject } from "./subject.ts";
import { before, type Verdict, verdict } from "./verdict.ts";

/** How things are when it begins. */
export const situations = ["settled", "schedule off", "under way", "unsettled"] as const;
export type Situation = (typeof situations)[number];

interface Options {
  readonly action: "rotate" | "leaked";
  readonly situation: Situation;
  /** The person asks for the same once more; else Lambda's own retries and settlement's tick are all that comes. */
  readonly asksAgain: boolean;
}

/** Between two ticks of settlement, and until an emergency must have ended, in milliseconds. */
const [tick, patience] = [400, 30_000];

/** Disturbs an emergency, at every call of every function that takes part in it. */
export class EmergencySubject implements Subject {
  readonly #world: World;
  readonly #proxy: ServerProxy;
  readonly #options: Options;
  #prepared: Promise<void> | undefined;

  constructor(world: World, proxy: ServerProxy, options: Options) {
    this.#world = world;
    this.#proxy = proxy;
    this.#options = options;
  }

  async undisturbed(): Promise<readonly string[]> {
    await this.#prepare();
    const { calls, problems } = await this.#run();
    if (problems.length > 0)
      throw new Error(`An undisturbed emergency failed: ${problems.join("; ")}`);
    return calls;
  }

  async disturbed(target: Target): Promise<Verdict> {
    await this.#prepare();
    const was = await before(this.#world);
    const { problems, isReached, leaked } = await this.#run(target);
    const isLeak = this.#options.action === "leaked";
    const found = await verdict(this.#world, was, problems, isLeak);
    const isAlive = isLeak && (await this.#world.versionAccepted(leaked));
    const alive = isAlive ? [`what leaked, version ${leaked}, still works`] : [];
    return { ...found, problems: [...found.problems, ...alive], isMissed: !isReached };
  }

  async #run(target?: Target) {
    const { aws } = this.#world;
    await this.#begin();
    const { AWSCURRENT: leaked = "" } = await this.#world.labels();
    const told = aws.notifications.length;
    const id = randomUUID();
    using promotions = new Promotions(this.#world);
    using disturbance = new Disturbance(this.#world, this.#proxy, target);
    disturbance.twin = () => this.#ask(id);
    await this.#ask(id);
    const hasEnded = await this.#ended(id);
    await disturbance.twinEnded();
    const calls = [...disturbance.calls];
    if (this.#options.asksAgain || !hasEnded) await this.#ask(id);
    const problems = (await this.#ended(id)) ? [] : ["the emergency does not come to its end"];
    await aws.idle();
    problems.push(...promotions.problems(leaked), ...(await this.#scheduleProblems()));
    problems.push(...standing(aws.notifications.slice(told)));
    return { calls, problems, isReached: disturbance.wasReached, leaked };
  }

  /** Rotation has a function from then on. */
  async #prepare(): Promise<void> {
    this.#prepared ??= (async () => {
      requireSuccess(await this.#world.rotate());
      await this.#world.settle();
    })();
    await this.#prepared;
  }

  async #begin(): Promise<void> {
    const { client, functionArn } = this.#world;
    const of = { SecretId: databaseSecretId };
    switch (this.#options.situation) {
      case "settled":
        return;
      case "schedule off":
        await client.send(new CancelRotateSecretCommand(of));
        return;
      case "unsettled":
        requireSuccess(await this.#world.rotate());
        return;
      case "under way": {
        const RotationRules = { AutomaticallyAfterDays: 90 };
        const input = { ...of, RotationLambdaARN: functionArn, RotationRules };
        await client.send(new RotateSecretCommand(input));
      }
    }
  }

  /** A person, who may get no answer. */
  #ask(id: string): Promise<unknown> {
    const { aws, emergencyArn } = this.#world;
    const { action } = this.#options;
    return aws.functions.invoke(emergencyArn, {
      ...{ action, id, secrets: [databaseSecretId] },
      reason: "crash",
    });
  }

  /** Settlement's ticks come until the secret says that the emergency is done. @returns whether it does */
  async #ended(id: string): Promise<boolean> {
    const { aws, settleArn } = this.#world;
    const event = { Records: [{ messageId: "tick", body: "{}" }] };
    for (const end = performance.now() + patience; performance.now() < end; await sleep(tick)) {
      if (await this.#isDone(id)) return true;
      await aws.functions.invoke(settleArn, event);
    }
    return false;
  }

  async #isDone(id: string): Promise<boolean> {
    const { Tags = [] } = await this.#describe();
    const { Value = "" } = Tags.find(({ Key }) => Key === "quarterturn:emergency") ?? {};
    return Value.startsWith("done ") && Value.split(" ").at(-1)?.split("/").includes(id) === true;
  }

  async #scheduleProblems(): Promise<string[]> {
    const { RotationEnabled } = await this.#describe();
    const isOn = this.#options.situation !== "schedule off";
    return RotationEnabled === isOn ? [] : [`rotation is ${RotationEnabled ? "on" : "off"}`];
  }

  #describe() {
    return this.#world.client.send(new DescribeSecretCommand({ SecretId: databaseSecretId }));
  }
}

interface Told {
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** An emergency that is done must be over for on-call, too. */
function standing(notifications: readonly Told[]): string[] {
  const last = new Map<string, unknown>();
  for (const { attributes } of notifications)
    if (String(attributes["code"]).startsWith("EMERGENCY"))
      last.set(String(attributes["code"]), attributes["status"]);
  return [...last].flatMap(([code, status]) => (status === "over" ? [] : [`${code} stands`]));
}
