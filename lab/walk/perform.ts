import { incompleteVersion, type Secret } from "../../standin/secrets-manager/secret.ts";
import type { Account } from "./account.ts";
import { heldIn } from "./holder.ts";
import { jobs, secrets as layouts } from "./layout.ts";
import type { Move, Operation } from "./operation.ts";
import { CURRENT, currentOf, PENDING, textOf } from "./secrets.ts";

const day = 24 * 3_600_000;

/** Lets one operation happen. What Secrets Manager or ECS would refuse does not happen. */
export async function perform(operation: Operation, account: Account): Promise<void> {
  const { gate, clock, ecs, servers, secrets, eventFaults } = account;
  switch (operation.kind) {
    case "pass":
      return account.pass(operation.ms);
    case "next":
      for (let count = 0; count < operation.count; count += 1) await clock.next();
      return;
    case "fault":
      return gate.arm({ calls: operation.calls, fault: operation.fault });
    case "during":
      return gate.arm({ calls: operation.calls, move: () => move(operation.move, account) });
    case "event":
      eventFaults.push(operation.fault);
      return;
    case "outcome": {
      const service = pick(ecs.services, operation.service);
      if (service) service.outcome = operation.outcome;
      return;
    }
    case "server": {
      const server = pick(servers.list, operation.server);
      if (server) server.isDown = operation.isDown;
      return;
    }
    case "lag":
      secrets.lag = operation.ms;
      secrets.listLag = operation.listMs;
      return;
    case "calm":
      return account.calm(
        operation.dead === undefined ? undefined : pick(servers.list, operation.dead),
      );
    default:
      return move(operation, account);
  }
}

function move(move: Move, account: Account): void {
  const { ecs, clock } = account;
  switch (move.kind) {
    case "scale": {
      const service = pick(ecs.services, move.service);
      if (service) ecs.scale(service, move.tasks);
      return;
    }
    case "deploy": {
      const service = pick(ecs.services, move.service);
      if (service) ecs.deploy(service);
      return;
    }
    case "kill": {
      const task = pick(ecs.live(), move.task);
      if (task) ecs.kill(task);
      return;
    }
    case "job": {
      const job = pick(jobs, move.job);
      const definition = [...ecs.definitions.values()].find(({ arn }) =>
        arn.endsWith(`/${job?.name}:1`),
      );
      if (!definition) return;
      const task = ecs.runTask("production", definition);
      clock.change(move.ms, () => ecs.stop(task));
      return;
    }
    default: {
      const secret = account.secrets.find(pick(layouts, move.secret)?.name ?? "");
      if (secret) account.truth.byHand(secret, () => onSecret(move, secret, account));
    }
  }
}

type SecretMove = Extract<Move, { readonly secret: number }>;

function onSecret(move: SecretMove, secret: Secret, account: Account): void {
  const { rotations, secrets, clock } = account;
  if (secret.deletionAt !== undefined && move.kind !== "restore") return;
  switch (move.kind) {
    case "rotate":
      rotations.rotate(secret, account.uuid(move.leaked ? "leaked-" : ""));
      return;
    case "restart": {
      const pending = incompleteVersion(secret);
      if (pending) secrets.move(secret, PENDING, pending.id, undefined);
      rotations.rotate(secret, account.uuid());
      return;
    }
    case "cancel":
      rotations.cancel(secret);
      return;
    case "move": {
      const { label } = move;
      const from = [...secret.versions.values()].find(({ labels }) => labels.has(label));
      const to = move.version === undefined ? undefined : pick(valued(secret), move.version);
      if (from || to) secrets.move(secret, label, from?.id, to?.id);
      return;
    }
    case "put": {
      const text = textOf(
        move.value === "another note" ? currentOf(secret) : pick(valued(secret), move.version),
      );
      if (text === undefined) return;
      const edited = move.value === "another note" ? withNote(text, account.uuid()) : text;
      secrets.put(secret, account.uuid(), edited, [move.label]);
      return;
    }
    case "stall":
      secrets.change(secret, () => {
        secret.nextRotationAt = clock.now - 2 * day;
      });
      return;
    case "drift": {
      const held = heldIn(textOf(currentOf(secret)));
      const user = held && account.servers.at(held.server)?.users.get(held.username);
      if (user) user.password = account.uuid().replaceAll("-", "");
      return;
    }
    case "delete":
      secrets.change(secret, () => {
        secret.deletionAt = clock.now + 30 * day;
      });
      return;
    case "restore":
      secrets.change(secret, () => {
        delete secret.deletionAt;
      });
  }
}

/** The versions that hold something, those with a label first, the newest first. */
const valued = ({ versions }: Secret) =>
  [...versions.values()]
    .filter(({ value }) => value !== undefined)
    .toSorted(
      (a, b) =>
        Number(b.labels.size > 0) - Number(a.labels.size > 0) ||
        Number(b.labels.has(CURRENT)) - Number(a.labels.has(CURRENT)) ||
        b.createdAt - a.createdAt,
    );

const withNote = (text: string, note: string) => JSON.stringify({ ...JSON.parse(text), note });

function pick<T>(list: readonly T[], index: number): T | undefined {
  return list[index % Math.max(1, list.length)];
}
