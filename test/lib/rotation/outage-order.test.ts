import { expect, it } from "vitest";
import { type RotationPorts, rotate } from "../../../lib/rotation/rotate.ts";
import type { Credential } from "../../../lib/rotation/rotation.ts";
import type { Login } from "../../../lib/rotators/login/login.ts";
import { defaultPolicy } from "../../../lib/rotators/login/password.ts";
import type { Strategy } from "../../../lib/rotators/login/strategy.ts";
import { postgresTraits } from "../../../lib/rotators/postgres/traits.ts";
import { preparedLabel } from "../../../lib/secret/labels.ts";
import { Secret } from "../../../lib/secret/secret.ts";

const token = "0".repeat(32);
const spec = (field: string) => ({
  type: "postgres",
  strategy: field,
  connection: { host: "db", username: field },
  fields: { password: field },
  urls: [],
  passwordForm: "verifier" as const,
  password: defaultPolicy,
});

it("an outage of one login does not promote another one untested", async () => {
  const calls: string[] = [];
  const note = (name: string, what: string) => async () => void calls.push(`${name} ${what}`);
  const strategy = (name: string, outcome: "ready" | "outage"): Strategy => ({
    username: (current) => current,
    set: async () => outcome,
    test: note(name, "test"),
    rehearse: note(name, "rehearse"),
    openSwitch: async () => ({
      username: name,
      waited: false,
      changed: false,
      apply: note(name, "apply"),
      revert: note(name, "revert"),
      [Symbol.asyncDispose]: async () => {},
    }),
    holds: () => false,
    retire: async () => {},
    sessions: async () => undefined,
    endSessions: async () => 0,
  });
  const strategies = { a: strategy("a", "outage"), b: strategy("b", "ready") };
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
      read: async (_, id = "") => new Secret(values[id] ?? ""),
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
          clusters: [],
          deadline: 0,
          credentials: [spec("a"), spec("b")],
        },
      },
    },
    clock: { sleep: async () => {} },
    sources: { now: () => new Date(), randomInt: () => 0 },
    alerts: { publish: async () => {}, prove: async () => 1 },
    log: { begin() {}, step() {}, warn() {}, alertFailed() {} },
    credential: async (of) =>
      ({
        spec: of,
        traits: postgresTraits,
        engine: {
          async login({ username }: Login) {
            calls.push(`${username} login`);
            return { [Symbol.asyncDispose]: async () => {} };
          },
        },
        strategy: strategies[of.strategy as "a" | "b"],
      }) as unknown as Credential,
  };
  const event = { step: "setSecret", secretId: "arn", token } as const;
  await rotate(event, ports, AbortSignal.timeout(5000));
  // The last change may have undone another one: every login is proven once more.
  const proofs = ["a login", "b login"];
  expect(calls).toEqual(["b test", "RETIRING", "a apply", "b apply", ...proofs, "AWSCURRENT"]);
});
