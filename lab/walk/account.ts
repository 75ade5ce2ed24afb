import { isoSeconds } from "../../standin/events/event.ts";
import { changeEvent } from "../../standin/secrets-manager/events.ts";
import type { Secret, SecretChange } from "../../standin/secrets-manager/secret.ts";
import { VirtualClock } from "./clock.ts";
import { FakeConsumers } from "./consumer-hands.ts";
import { FakeEcs } from "./ecs.ts";

import { Emergencies, type Emergency } from "./emergencies.ts";
import { administrator, onServers } from "./engine.ts";

import type { Plants } from "./function-parts.ts";
import { Functions } from "./functions.ts";
import { Gate } from "./gate.ts";
import type { Hands } from "./hands.ts";
import { type Held, heldIn } from "./holder.ts";
import { hosts, jobs, secrets as layouts, manifest, services } from "./layout.ts";
import type { EventFault } from "./operation.ts";
import { Oracle } from "./oracle.ts";
import { SettlementQueue } from "./queue.ts";
import { Random } from "./random.ts";
import { Readers } from "./readers.ts";
import { FakeRotations } from "./rotations.ts";
import { currentOf, FakeSecrets, textOf } from "./secrets.ts";
import { FakeServer, Servers } from "./server.ts";
import { Truth } from "./truth.ts";

const minute = 60_000;
const day = 24 * 60 * minute;

/** An account of AWS with databases, consumers and Quarterturn, in memory. */
export class Account implements Hands {
  readonly clock = new VirtualClock(Date.parse("2026-03-01T00:00:00Z"));
  readonly gate = new Gate(this.clock);
  readonly random: Random;
  readonly secrets = new FakeSecrets(this.clock, (secret, change) => this.#changed(secret, change));
  readonly servers: Servers;
  readonly ecs: FakeEcs;
  readonly readers: Readers;
  readonly rotations: FakeRotations;
  readonly functions: Functions;
  readonly emergencies: Emergencies;
  readonly truth: Truth;
  readonly oracle: Oracle;
  readonly eventFaults: EventFault[] = [];
  readonly consumers: FakeConsumers;
  readonly #queue: SettlementQueue;
  #lastTick = 0;
  #lastLook = 0;

  constructor(seed: number, plants: Plants = {}) {
    this.random = new Random(seed);
    const watcher = { changing: (change: () => void) => this.oracle.changing(change) };
    const list = hosts.map((host) => new FakeServer(host, `${host}:5432`, watcher));
    this.servers = new Servers(list);
    this.truth = new Truth(this.clock, this.secrets, this.servers, () => this.gate.calls);
    this.oracle = new Oracle(this.clock, this.servers, this.truth);
    this.ecs = new FakeEcs(
      this.clock,
      ({ containers }) =>
        containers.flatMap((container) =>
          container.secrets.flatMap(({ valueFrom }) => this.#given(valueFrom)),
        ),
      ({ name }, eventName) =>
        this.#send({ source: "aws.ecs", resources: [name], detail: { eventName } }),
    );
    this.consumers = new FakeConsumers(this.ecs, this.clock);
    this.readers = new Readers(this.clock, (name) => this.#given(name));
    this.servers.holders = () => [...this.ecs.holders(), ...this.readers.holders()];
    this.functions = new Functions({
      clock: this.clock,
      gate: this.gate,
      random: this.random,
      secrets: this.secrets,
      ecs: this.ecs,
      credential: (spec, by) => onServers(spec, this.servers, this.gate, by),
      manifest: manifest(),
      rotate: (secretId, token) => {
        const secret = this.secrets.find(secretId);
        return secret !== undefined && this.rotations.rotate(secret, token);
      },
      cancel: (secretId) => {
        const secret = this.secrets.find(secretId);
        if (secret) this.rotations.cancel(secret);
      },
      resume: (secretId) => {
        const secret = this.secrets.find(secretId);
        if (secret) this.rotations.resume(secret);
      },
      start: (name, event) => this.emergencies.start(name, event),
      plants,
      listener: {
        alert: (alert, by) => this.oracle.alert(alert, by),
        print: (text) => this.oracle.print(text),
        begun: (by) => {
          this.oracle.begun(by);
        },
        ended: (by) => this.oracle.ended(by, this.isDown),
      },
    });
    this.emergencies = new Emergencies(
      this.clock,
      () => this.functions,
      (emergency) => this.oracle.leaks.asked(emergency),
    );
    this.#queue = new SettlementQueue(this.clock, this.functions);
    this.rotations = new FakeRotations(this.secrets, async (Step, { arn }, ClientRequestToken) => {
      const token = this.uuid().replaceAll("-", "");
      // It counts as a secret value, and has 36 characters or more.
      this.truth.passwords.add(token);
      const event = { Step, SecretId: arn, ClientRequestToken, RotationToken: `${token}0000` };
      return (await this.functions.rotate(event)).kind === "done";
    });
    this.#furnish();
  }

  /** Time passes, with the hourly look and the tick; of a long time not every tick. */
  async pass(ms: number): Promise<void> {
    const chunk = Math.min(60 * minute, Math.max(5 * minute, ms / 12));
    for (let left = ms; left > 0; left -= chunk) {
      if (this.clock.now - this.#lastTick >= 5 * minute) {
        this.#lastTick = this.clock.now;
        this.#queue.send({
          source: "aws.events",
          "detail-type": "Scheduled Event",
          id: this.uuid(),
        });
      }
      if (this.clock.now - this.#lastLook >= 60 * minute) {
        this.#lastLook = this.clock.now;
        const time = isoSeconds(this.clock.now);
        this.#watch({ source: "aws.events", "detail-type": "Scheduled Event", time }, 3);
      }
      await this.clock.run(Math.min(chunk, left));
    }
  }

  /** Nothing disturbs any more, for longer than every grace and deadline. @param dead a server that stays down */
  async calm(dead?: FakeServer): Promise<void> {
    this.gate.disarm();
    this.eventFaults.length = 0;
    this.secrets.lag = 0;
    this.secrets.listLag = 0;
    for (const server of this.servers.list) server.isDown = server === dead;
    for (const service of this.ecs.services) service.outcome = "succeeds";
    const since = this.clock.now;
    for (let round = 0; round < 6; round += 1) await this.pass(10 * minute);
    await this.pass(3 * day);
    this.oracle.calm(since, this.isDown);
  }

  readonly isDown = (secret: Secret): boolean => this.truth.of(secret).server?.isDown ?? false;

  async next(): Promise<void> {
    await this.clock.next();
  }

  setDown(server: FakeServer, isDown: boolean): void {
    server.isDown = isDown;
  }

  setPassword({ server, username }: Held, password: string): void {
    const user = this.servers.at(server)?.users.get(username);
    if (user) Object.assign(user, { password, second: undefined });
  }

  setLag(ms: number, listMs: number): void {
    this.secrets.lag = ms;
    this.secrets.listLag = listMs;
  }

  rotate(secret: Secret, token: string): void {
    this.rotations.rotate(secret, token);
  }

  cancel(secret: Secret): void {
    this.rotations.cancel(secret);
  }

  emergency(wanted: Omit<Emergency, "id">, isAgain: boolean): void {
    this.emergencies.ask(wanted, isAgain);
  }

  uuid(prefix = ""): string {
    return this.random.uuid(prefix);
  }

  #furnish(): void {
    for (const host of hosts) {
      const password = this.uuid().replaceAll("-", "");
      const server = this.servers.at(`${host}:5432`);
      server?.users.set(administrator, { canLogin: true, password });
      const value = { host, port: 5432, username: administrator, password };
      this.secrets.create(`admin/${host}`, JSON.stringify(value));
    }
    for (const { name, host, readers } of layouts) {
      const [username, password] = [name.replace("/", "_"), this.uuid().replaceAll("-", "")];
      this.servers.at(`${host}:5432`)?.users.set(username, { canLogin: true, password });
      const value = { host, port: 5432, dbname: "app", username, password, note: "kept" };
      this.secrets.create(name, JSON.stringify(value));
      for (const keeps of readers) this.readers.add(name, keeps);
    }
    for (const { cluster, name, controller, tasks, pools, secrets } of services)
      this.ecs.serve({
        cluster,
        name,
        controller,
        pools,
        desired: tasks,
        definition: this.ecs.define(name, [container(this.#arns(secrets))]),
      });
    for (const { name, secrets } of jobs) this.ecs.define(name, [container(this.#arns(secrets))]);
    this.truth.note();
    this.clock.pass(10 * minute);
  }

  #arns(names: readonly string[]): readonly string[] {
    return names.flatMap((name) => this.secrets.find(name)?.arn ?? []);
  }

  #given(secretId: string) {
    const secret = this.secrets.find(secretId);
    if (!secret || secret.deletionAt !== undefined) return [];
    const held = heldIn(textOf(currentOf(secret)));
    return held ? [{ secret: secret.name, held, worked: this.servers.accepts(held) }] : [];
  }

  #changed(secret: Secret, change: SecretChange): void {
    this.truth?.note();
    const event = changeEvent(secret, change);
    if (!event) return;
    const { kind } = change;
    if (kind === "label" && change.label !== "AWSCURRENT") return;
    if (kind === "RotationFailed" || kind === "RotationAbandoned") this.#watch(event, 3);
    if (kind === "label" || kind === "RotationSucceeded") this.#send(event);
  }

  /** As EventBridge stamps it. */
  #send(change: object): void {
    const fault = this.eventFaults.shift();
    if (fault === "dropped") return;
    const event = { ...change, time: isoSeconds(this.clock.now) };
    this.#queue?.send({ ...event, id: this.uuid() }, fault === "delayed" ? 10 * minute : 0);
    if (fault === "duplicated") this.#queue?.send({ ...event, id: this.uuid() }, 2 * minute);
  }

  /** EventBridge invokes it asynchronously: a failed one is tried again after one and two minutes. */
  #watch(event: object, attempts: number): void {
    this.clock.work((4 - attempts) * minute - minute + 1000, async () => {
      const { kind } = await this.functions.watch(event);
      if (kind !== "done" && attempts > 1) this.#watch(event, attempts - 1);
    });
  }
}

const container = (arns: readonly string[]) => ({
  name: "app",
  environment: [],
  secrets: arns.map((valueFrom, index) => ({ name: `SECRET_${index}`, valueFrom })),
  secretOptions: [],
});
