import { expect, it } from "vitest";
import type { Context } from "../../../lib/context/context.ts";
import type { Credential } from "../../../lib/rotation/credential.ts";
import { type RotationPorts, rotate } from "../../../lib/rotation/rotate.ts";
import { SecretDocument } from "../../../lib/secret/document.ts";
import { preparedLabel } from "../../../lib/secret/labels.ts";
import { Secret } from "../../../lib/secret/secret.ts";

const empty = new SecretDocument("a document", new Secret("{}"));
const token = "0".repeat(32);
const traits = { oldWorksBeside: false, changesUsername: false, switches: true };
const spec = (field: string) => ({ type: field, strategy: "in-place", traits });

/** A credential in the field of its name, which writes down what is asked of it. */
function fake(name: string, outcome: "ready" | "outage", calls: string[]): Credential {
  const note = (what: string) => async () => void calls.push(`${name} ${what}`);
  return {
    traits,
    name: () => name,
    identities: () => [name],
    next: async (_, __, into) => into,
    carry: (from, into) => into.with(new Map([[name, new Secret(from.read(name) ?? "")]])),
    set: async () => outcome,
    test: note("test"),
    rehearse: note("rehearse"),
    openSwitch: async () => ({
      name,
      waited: false,
      changed: false,
      apply: note("apply"),
      revert: note("revert"),
      [Symbol.asyncDispose]: async () => {},
    }),
    async accepted() {
      calls.push(`${name} login`);
      return true;
    },
    holding: () => ({ identity: name, value: new Secret(name) }),
    ends: () => false,
    retire: async () => {},
    sessions: async () => undefined,
    endSessions: async () => 0,
  };
}

it("an outage of one login does not promote another one untested", async () => {
  const calls: string[] = [];
  const credentials = [fake("a", "outage", calls), fake("b", "ready", calls)];
  const values: Record<string, string> = {
    current: JSON.stringify({ a: "1", b: "2" }),
    [token]: JSON.stringify({ a: "3", b: "4" }),
  };
  const ports: RotationPorts = {
    store: {
      describe: async () => ({
        arn: "arn",
        name: "app",
        rotationEnabled: true,
        tags: new Map(),
        versions: new Map([
          ["current", ["AWSCURRENT"]],
          [token, ["AWSPENDING", preparedLabel]],
        ]),
      }),
      read: async (_, id) => new Secret(values[id] ?? ""),
      current: async () => undefined,
      list: async () => [],
      putPending: async () => "created",
      tag: async () => {},
      unlabelled: async () => [],
      madeAt: async () => undefined,
      async moveLabel({ label }) {
        calls.push(label);
        return "moved";
      },
    },
    manifest: {
      stage: "production",
      exempt: [],
      secrets: {
        app: {
          schedule: { expression: "rate(90 days)" },
          consumers: { clusters: [] },
          grace: 0,
          deadline: 0,
          credentials: [spec("a"), spec("b")],
          place: "network",
        },
      },
    },
    alerts: { publish: async () => {}, prove: async () => 1 },
    async credential({ type }) {
      const found = credentials.find((each) => each.identities(empty).includes(type));
      if (!found) throw new Error(`no fake for ${type}`);
      return found;
    },
  };
  const context: Context = {
    now: () => new Date(),
    sleep: async () => {},
    randomInt: () => 0,
    signal: AbortSignal.timeout(5000),
    log: { begin() {}, step() {}, warn() {}, alertFailed() {}, failureTold() {}, figures() {} },
    report: async () => "told",
  };
  const event = { step: "setSecret", secretId: "arn", token } as const;
  await rotate(event, ports, context);
  // The last change may have undone another one: every login is proven once more.
  const proofs = ["a login", "b login"];
  expect(calls).toEqual(["b test", "RETIRING", "a apply", "b apply", ...proofs, "AWSCURRENT"]);
});
