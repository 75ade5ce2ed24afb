import { describe, expect, it } from "vitest";
import { MemoryInProcess } from "../../../lab/memory.ts";
import type { SecretEntry } from "../../../lib/manifest/manifest.ts";
import { sightingTag, sightingText } from "../../../lib/secret/sighting.ts";
import { Pass } from "../../../lib/settlement/pass.ts";
import type { SettlementPorts } from "../../../lib/settlement/ports.ts";
import type { Retirer } from "../../../lib/settlement/retirer.ts";
import { type Progress, settle } from "../../../lib/settlement/settle.ts";
import { Standing } from "../../../lib/settlement/standing.ts";
import { contextFor } from "../../context.ts";
import { consumerContract } from "../../contracts/consumer.ts";
import { Toys } from "./toy.ts";

let count = 0;
const newSecret = () => {
  count += 1;
  return { arn: `arn:${count}`, name: `secret ${count}` };
};

consumerContract("toys in memory", () => {
  const toys = new Toys();
  const toy = (name: string) => toys.toys.find((each) => each.name === name);
  return {
    type: toys,
    scope: { rooms: ["nursery"] },
    secret: newSecret,
    async start(secrets, where = "inside") {
      const name = `toy ${toys.toys.length}`;
      toys.start(name, where === "inside" ? "nursery" : "garden", secrets);
      return name;
    },
    async rolled() {},
    rolls: (name) => toy(name)?.rolls ?? 0,
  };
});

const minute = 60_000;

/** A secret that was rotated just now, and whatever consumes it of two types. */
class Scene {
  now = Date.parse("2026-03-01T12:00:00Z");
  readonly secret = newSecret();
  readonly toys = new Toys(() => new Date(this.now));
  readonly others = new Toys(() => new Date(this.now));
  readonly retired: string[] = [];
  labels: [string, string[]][] = [
    ["new", ["AWSCURRENT", "PREPARED", "FROM-old"]],
    ["old", ["AWSPREVIOUS", "RETIRING"]],
  ];
  readonly #promotedAt: Date;

  constructor() {
    this.toys.start("bear", "nursery", [this.secret]);
    this.now += minute;
    this.#promotedAt = new Date(this.now);
    this.now += minute;
  }

  async settle() {
    const retirer: Retirer = {
      probe: async () => "alive",
      retire: async ({ version }) => {
        this.retired.push(version);
        return "dead";
      },
    };
    const ports: SettlementPorts = {
      store: {
        describe: async () => ({
          ...this.secret,
          tags: new Map([[sightingTag, sightingText({ version: "new", at: this.#promotedAt })]]),
          lastRotatedAt: this.#promotedAt,
          versions: new Map(this.labels),
        }),
        list: async () => [],
        moveLabel: async () => {
          this.labels = [["new", ["AWSCURRENT"]]];
          return "moved";
        },
        tag: async () => {},
      },
      memory: new MemoryInProcess(),
      consumers: [this.toys, { ...view(this.others), name: "others" }],
      retirers: { network: retirer, internet: retirer },
      mirrorer: { mirror: async () => "superseded" },
      manifest: { stage: "production", exempt: [], secrets: { [this.secret.name]: entry } },
    };
    const context = contextFor({ now: () => new Date(this.now) });
    const pass = new Pass(ports, context, await Standing.read(ports.memory, context));
    await pass.begin();
    const progress: Progress = { examined: new Set(), noted: [], area: "settle" };
    return settle({ secretId: this.secret.name, isNamed: true }, pass, progress);
  }
}

const view = (toys: Toys) => ({ look: toys.look.bind(toys) });

const entry: SecretEntry = {
  schedule: { expression: "rate(90 days)" },
  consumers: { rooms: ["nursery"] },
  credentials: [],
  place: "internet",
  grace: 0,
  deadline: 24 * 60 * minute,
};

describe("settlement with consumers of another type", () => {
  it("rolls what is old, proves it, and retires the old credential", async () => {
    const scene = new Scene();
    expect(await scene.settle()).toMatchObject({ outcome: "waiting", why: "rolled: bear" });
    expect(scene.retired).toEqual([]);
    expect(await scene.settle()).toMatchObject({ outcome: "settled" });
    expect(scene.retired).toEqual(["old"]);
    expect(scene.toys.toys.map(({ rolls }) => rolls)).toEqual([1]);
  });

  it("looks at each type once in a pass, and at none when the secret is settled", async () => {
    const scene = new Scene();
    await scene.settle();
    await scene.settle();
    expect([scene.toys.looks, scene.others.looks]).toEqual([2, 2]);
    await scene.settle();
    expect([scene.toys.looks, scene.others.looks]).toEqual([2, 2]);
  });

  it("reports the problem of the type, with its code and remedy, and retires nothing", async () => {
    const scene = new Scene();
    scene.toys.start("ball", "garden", [scene.secret]);
    await scene.settle();
    expect(await scene.settle()).toMatchObject({
      outcome: "alerted",
      why: "ball: it is in garden",
      found: [
        {
          error: { code: "TOY_OUTSIDE", subject: "ball", remedy: "Tidy up." },
          task: { kind: "settlement", token: "old" },
        },
      ],
    });
    expect(scene.retired).toEqual([]);
  });

  it("retires nothing while any type is blind", async () => {
    const scene = new Scene();
    scene.others.dark.push("cellar");
    await scene.settle();
    expect(await scene.settle()).toMatchObject({
      why: "the room cellar is dark",
      found: [{ error: { code: "TOYS_DARK" } }],
    });
    expect(scene.retired).toEqual([]);
  });
});
