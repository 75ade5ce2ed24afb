import { isRetiring } from "../../lib/secret/labels.ts";
import { AwsError } from "../../standin/aws-error.ts";
import { incompleteVersion, type Secret } from "../../standin/secrets-manager/secret.ts";
import { continued } from "./continued.ts";
import type { Hands, SecretHands } from "./hands.ts";
import { heldIn } from "./holder.ts";
import { secrets as layouts } from "./layout.ts";
import type { Move, Operation } from "./operation.ts";
import { pick } from "./pick.ts";
import { CURRENT, currentOf, PENDING, textOf } from "./secrets.ts";

/** Lets one operation happen. What Secrets Manager or ECS would refuse does not happen. */
export async function perform(operation: Operation, account: Hands): Promise<void> {
  const { gate, consumers, servers, eventFaults } = account;
  switch (operation.kind) {
    case "pass":
      return account.pass(operation.ms);
    case "next":
      for (let count = 0; count < operation.count; count += 1) await account.next();
      return;
    case "fault":
      return gate.arm({ calls: operation.calls, fault: operation.fault });
    case "during":
      return gate.arm({ calls: operation.calls, move: () => move(operation.move, account) });
    case "event":
      eventFaults.push(operation.fault);
      return;
    case "outcome":
      return consumers.fail(operation.service, operation.outcome);
    case "server": {
      const server = pick(servers.list, operation.server);
      if (server) await account.setDown(server, operation.isDown);
      return;
    }
    case "lag":
      return account.setLag(operation.ms, operation.listMs);
    case "calm":
      return account.calm(
        operation.dead === undefined ? undefined : pick(servers.list, operation.dead),
      );
    default:
      return move(operation, account);
  }
}

function move(move: Move, account: Hands): Promise<void> | void {
  const { consumers, secrets, truth } = account;
  switch (move.kind) {
    case "scale":
      return consumers.scale(move.service, move.tasks);
    case "deploy":
      return consumers.deploy(move.service);
    case "kill":
      return consumers.kill(move.task);
    case "job":
      return consumers.run(move.job, move.ms);
    case "emergency": {
      const { action, endSessions, of, again } = move;
      const names = action === "rollback" ? mayReturn(secrets) : layouts.map(({ name }) => name);
      const named = of === "all" ? {} : { secrets: of.map((at) => pick(names, at) ?? "") };
      return account.emergency({ action, endSessions, ...named }, again);
    }
    default: {
      const secret = secrets.find(pick(layouts, move.secret)?.name ?? "");
      if (secret)
        return truth.byHand(secret, () => ifAllowed(() => onSecret(move, secret, account)));
    }
  }
}

/** Those at rest with an earlier version that nothing has ended yet, if there are any: few others can be rolled back. */
function mayReturn(secrets: SecretHands): readonly string[] {
  const all = layouts.map(({ name }) => name);
  const unsettled = all.filter((name) => {
    const secret = secrets.find(name);
    if (!secret || secret.deletionAt !== undefined || incompleteVersion(secret)) return false;
    return [...secret.versions.values()].some(
      ({ id, labels }) => !labels.has(CURRENT) && isRetiring(id, [...labels]),
    );
  });
  return unsettled.length > 0 ? unsettled : all;
}

/** A secret has 20 labels at most. */
function ifAllowed(change: () => Promise<void> | void): Promise<void> | void {
  try {
    return change();
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
  }
}

type SecretMove = Extract<Move, { readonly secret: number }>;

function onSecret(move: SecretMove, secret: Secret, account: Hands): Promise<void> | void {
  const { secrets } = account;
  if (secret.deletionAt !== undefined && move.kind !== "restore") return;
  switch (move.kind) {
    case "rotate":
      return account.rotate(secret, account.uuid(move.leaked ? "leaked-" : ""));
    case "restart": {
      const pending = incompleteVersion(secret);
      const removed = pending && secrets.move(secret, PENDING, pending.id, undefined);
      return continued(removed, () => account.rotate(secret, account.uuid()));
    }
    case "cancel":
      return account.cancel(secret);
    case "move": {
      const { label } = move;
      const from = [...secret.versions.values()].find(({ labels }) => labels.has(label));
      const to = move.version === undefined ? undefined : pick(valued(secret), move.version);
      if (!from && !to) return;
      return continued(secrets.move(secret, label, from?.id, to?.id), () => {});
    }
    case "put": {
      const text = textOf(
        move.value === "another note" ? currentOf(secret) : pick(valued(secret), move.version),
      );
      if (text === undefined) return;
      const edited = move.value === "another note" ? withNote(text, account.uuid()) : text;
      return secrets.put(secret, account.uuid(), edited, [move.label]);
    }
    case "stall":
      return secrets.stall(secret);
    case "drift": {
      const held = heldIn(textOf(currentOf(secret)));
      if (held) return account.setPassword(held, account.uuid().replaceAll("-", ""));
      return;
    }
    case "delete":
      return secrets.delete(secret);
    case "restore":
      return secrets.restore(secret);
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
