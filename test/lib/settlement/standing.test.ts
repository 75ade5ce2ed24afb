import { describe, expect, it } from "vitest";
import type { Domain, ProblemMemory } from "../../../lib/alerts/memory.ts";
import { problem } from "../../contracts/problem-memory.ts";
import { Account, denied, failing, hour, minute, throttled } from "./account.ts";

const signal = AbortSignal.timeout(60_000);
const identity = { arn: "arn:app", name: "app" };

async function ticks(account: Account, count: number): Promise<void> {
  for (let tick = 0; tick < count; tick += 1) {
    account.pass(5 * minute);
    await account.settle();
  }
}

/** A rotated secret with a consumer outside its rooms, which keeps it from being settled. */
function stuck(...toys: string[]): Account {
  const account = new Account();
  account.rotated("app");
  for (const toy of toys) account.toys.start(toy, "garden", [identity]);
  return account;
}

const take = (account: Account, name: string) =>
  account.toys.toys.splice(
    account.toys.toys.findIndex((toy) => toy.name === name),
    1,
  );

const standing = async (account: Account) =>
  (await account.memory.list(signal)).flatMap(({ domain, problems }) =>
    problems.map(({ kind, subject }) => `${domain} ${kind} ${subject}`.trim()),
  );

/** A memory that fails in this call. */
const broken = (account: Account, call: keyof ProblemMemory, error = denied(`ssm:${call}`)) => {
  account.memory[call] = async () => {
    throw error;
  };
};

describe("each problem of a secret", () => {
  it("is told when it begins, is over, and comes back, and nothing in between (B1)", async () => {
    const account = stuck("blue1", "blue2");
    await ticks(account, 5);
    expect(account.told).toEqual(["begun TOY_OUTSIDE blue1", "begun TOY_OUTSIDE blue2"]);
    take(account, "blue1");
    await ticks(account, 5);
    expect(account.told.splice(0)).toContain("over TOY_OUTSIDE blue1");
    account.toys.start("blue1", "garden", [identity]);
    await ticks(account, 5);
    expect(account.told.splice(0)).toEqual(["begun TOY_OUTSIDE blue1"]);
    account.toys.toys.length = 0;
    await ticks(account, 2);
    expect(account.told).toEqual(["over TOY_OUTSIDE blue2", "over TOY_OUTSIDE blue1"]);
    expect(account.retired).toEqual(["app old"]);
    expect(await standing(account)).toEqual([]);
  });

  it("is told once where two alternate that hide each other (B4)", async () => {
    const account = stuck("bear");
    for (let turn = 0; turn < 6; turn += 1) {
      account.toys.dark.splice(0, 1, ...(turn % 2 ? ["cellar"] : []));
      await ticks(account, 1);
    }
    expect(account.told.filter((each) => each.includes("OUTSIDE"))).toEqual([
      "begun TOY_OUTSIDE bear",
    ]);
  });

  it("stands while a look cannot get as far: a roll fails, which is told, too", async () => {
    const account = stuck("bear");
    await ticks(account, 2);
    account.toys.start("old", "nursery", [identity]);
    const old = account.toys.toys.at(-1);
    if (old) old.startedAt = new Date(0);
    account.toys.stuck.set("old", denied("ecs:UpdateService"));
    await ticks(account, 3);
    account.toys.stuck.clear();
    await ticks(account, 2);
    expect(account.told).toEqual([
      "begun TOY_OUTSIDE bear",
      "begun AWS_CALL_FAILED ecs:UpdateService app",
      "over AWS_CALL_FAILED ecs:UpdateService app",
    ]);
  });

  it("is told where so many are wrong that not all are told: as room becomes free", async () => {
    const account = stuck(...Array.from({ length: 25 }, (_, n) => `toy${n + 10}`));
    await ticks(account, 3);
    const begun = () => account.told.filter((each) => each.startsWith("begun TOY"));
    expect(begun()).toHaveLength(9);
    expect(account.told.filter((each) => each.includes("MORE_PROBLEMS"))).toEqual([
      "begun MORE_PROBLEMS",
    ]);
    account.toys.toys.splice(0, 20);
    await ticks(account, 3);
    expect(begun()).toHaveLength(14);
    expect(account.told).toContain("over MORE_PROBLEMS");
    account.toys.toys.length = 0;
    await ticks(account, 2);
    expect(account.told.filter((each) => each.startsWith("over TOY"))).toHaveLength(14);
    expect(new Set(account.told).size).toBe(account.told.length);
  });
});

describe("a parameter that drifts (B2)", () => {
  const mirrored = (account: Account, drifted: string[]) => {
    account.mirrorer.mirror = async ({ version }) => ({ version, parameters: new Map(), drifted });
  };

  it("is told, told when it is repaired, and told again when it drifts weeks later", async () => {
    const account = new Account();
    account.add("app", { v: ["AWSCURRENT"] });
    account.entry = { mirror: { prefix: "/app/", parameters: {}, overwrite: false } as never };
    for (const drifted of [["/app/a"], ["/app/a", "/app/b"], [], ["/app/a"]]) {
      mirrored(account, drifted);
      await ticks(account, 3);
      account.pass(14 * 24 * hour);
    }
    expect(account.told).toEqual([
      "begun PARAMETER_DRIFT /app/a",
      "begun PARAMETER_DRIFT /app/b",
      "over PARAMETER_DRIFT /app/a",
      "over PARAMETER_DRIFT /app/b",
      "begun PARAMETER_DRIFT /app/a",
    ]);
  });
});

describe("a function that fails (A18)", () => {
  it("is not told of where the next look settles the secret", async () => {
    const account = stuck();
    account.servers.set("app", async () => {
      account.servers.delete("app");
      throw failing();
    });
    await ticks(account, 3);
    expect(account.retired).toEqual(["app old"]);
    expect(account.told).toEqual([]);
    expect(await standing(account)).toEqual([]);
  });

  it("is told when it persists, and when it is over", async () => {
    const account = stuck();
    account.servers.set("app", async () => {
      throw failing("db:5432");
    });
    await ticks(account, 5);
    expect(account.told).toEqual(["begun UNREACHABLE db:5432"]);
    account.servers.delete("app");
    await ticks(account, 2);
    expect(account.told).toEqual(["begun UNREACHABLE db:5432", "over UNREACHABLE db:5432"]);
  });

  it("or a credential that is accepted for one more moment, likewise", async () => {
    const account = stuck();
    let looks = 0;
    account.servers.set("app", async () => {
      looks += 1;
      return looks < 2 ? "accepted" : "dead";
    });
    await ticks(account, 3);
    expect(account.told).toEqual([]);
    expect(account.retiring("app")).toEqual([]);
  });
});

describe("what the functions that rotate told of", () => {
  const remember = (account: Account, domain: Domain, kind: string, token: string, at: Date) =>
    account.memory.write(
      {
        secret: "arn:app",
        domain,
        problems: [
          problem({ kind, subject: "", last: { kind: "rotation", step: "setSecret", token, at } }),
        ],
      },
      signal,
    );

  it("is over when a later version was promoted, and stands until then", async () => {
    const account = new Account();
    const secret = account.add("app", { v: ["AWSCURRENT"] });
    secret.lastRotatedAt = new Date(account.now - hour);
    await remember(account, "rotation", "DEADLINE", "failed", new Date(account.now));
    await remember(account, "watch", "ROTATION_FAILED", "failed", new Date(account.now));
    await ticks(account, 3);
    expect(account.told).toEqual([]);
    secret.lastRotatedAt = new Date(account.now);
    await ticks(account, 3);
    expect(account.told).toEqual(["over DEADLINE", "over ROTATION_FAILED"]);
    expect(await standing(account)).toEqual([]);
  });

  it("is over when that very version was promoted, although the end was never recorded", async () => {
    const account = new Account();
    account.add("app", { made: ["AWSCURRENT"] });
    await remember(account, "rotation", "DEADLINE", "made", new Date(account.now));
    await ticks(account, 1);
    expect(account.told).toEqual(["over DEADLINE"]);
  });

  it("is kept where another failure was written since the pass began", async () => {
    const account = new Account();
    const secret = account.add("app", { v: ["AWSCURRENT"] });
    await remember(account, "rotation", "DEADLINE", "failed", new Date(account.now));
    secret.lastRotatedAt = new Date(account.now + minute);
    const { of } = account.memory;
    account.memory.of = async (...input) => {
      await remember(account, "rotation", "DEADLINE", "newer", new Date(account.now + hour));
      return of.apply(account.memory, input);
    };
    await ticks(account, 1);
    expect(account.told).toEqual([]);
    expect(await standing(account)).toEqual(["rotation DEADLINE"]);
  });

  it("costs a look at that secret, and one request where nothing is wrong", async () => {
    const account = new Account();
    for (const name of ["a", "b", "app"]) account.add(name, { v: ["AWSCURRENT"] });
    await ticks(account, 1);
    expect(account.calls.splice(0)).toEqual(["list"]);
    await remember(account, "rotation", "DEADLINE", "failed", new Date(account.now));
    await ticks(account, 1);
    expect(account.calls).toEqual(["list", "describe app"]);
  });
});

it("what the hourly look has found, too, is over once for both, also if both look at the same time", async () => {
  const account = new Account();
  const secret = account.rotated("app");
  secret.deletedAt = new Date(account.now);
  await ticks(account, 2);
  const found = {
    secret: "arn:app",
    domain: "findings",
    problems: [problem({ kind: "SECRET_DELETED", subject: "" })],
  } as const;
  await account.memory.write(found, signal);
  delete secret.deletedAt;
  await ticks(account, 2);
  expect(account.told.splice(0)).toEqual(["begun SECRET_DELETED"]);
  // The look has seen settlement's, so it says nothing.
  await account.memory.write({ ...found, problems: [] }, signal);
  await ticks(account, 2);
  expect(account.told).toEqual(["over SECRET_DELETED"]);
  expect(await standing(account)).toEqual([]);
});

describe("a secret that is no longer there", () => {
  it("has no problems: they are over", async () => {
    const account = stuck("bear");
    await ticks(account, 1);
    account.secrets.delete("app");
    await ticks(account, 1);
    expect(account.told).toEqual(["begun TOY_OUTSIDE bear"]);
    account.pass(2 * hour);
    await ticks(account, 2);
    expect(account.told).toEqual(["begun TOY_OUTSIDE bear", "over TOY_OUTSIDE bear"]);
    expect(await standing(account)).toEqual([]);
  });
});

describe("a memory", () => {
  it("that cannot be written: every look tells, rather than nobody", async () => {
    const account = stuck("bear");
    broken(account, "write");
    await ticks(account, 3);
    expect(account.told).toEqual(Array(3).fill("begun TOY_OUTSIDE bear"));
  });

  it("that cannot be written: what may pass is told at once", async () => {
    const account = stuck();
    broken(account, "write");
    account.servers.set("app", async () => {
      throw failing();
    });
    await ticks(account, 3);
    expect(account.told).toEqual(["begun UNREACHABLE", "begun UNREACHABLE"]);
  });

  it("that may not be read: every look tells", async () => {
    const account = stuck("bear");
    broken(account, "list");
    await ticks(account, 2);
    expect(account.told).toEqual(Array(2).fill("begun TOY_OUTSIDE bear"));
  });

  it("that may not be read for a while: what else was told is not forgotten", async () => {
    const account = stuck("bear", "ball");
    await ticks(account, 2);
    const { list } = account.memory;
    broken(account, "list");
    take(account, "ball");
    await ticks(account, 1);
    account.memory.list = list;
    expect(await standing(account)).toEqual([
      "settlement TOY_OUTSIDE bear",
      "settlement TOY_OUTSIDE ball",
    ]);
  });

  it("that cannot be read for a moment: the next look tells", async () => {
    const account = stuck("bear");
    const { list } = account.memory;
    broken(account, "list", throttled("ssm:GetParametersByPath"));
    await ticks(account, 2);
    expect(account.told).toEqual([]);
    account.memory.list = list;
    await ticks(account, 2);
    expect(account.told).toEqual(["begun TOY_OUTSIDE bear"]);
  });

  it("that is slow keeps nobody from being looked at, and a pass within its time", async () => {
    const account = new Account();
    account.entry = { grace: 4 * minute };
    for (const name of ["fine", ...Array.from({ length: 40 }, (_, n) => `app${n}`)])
      account.rotated(name);
    await ticks(account, 1);
    for (let n = 0; n < 40; n += 1)
      account.toys.start(`toy${n}`, "garden", [{ arn: `arn:app${n}`, name: "" }]);
    const { write } = account.memory;
    account.memory.write = async (...input) => {
      await new Promise((resolve) => setImmediate(resolve));
      account.pass(1000);
      await write.apply(account.memory, input);
    };
    account.pass(5 * minute);
    account.endsAfter(25_000);
    const begun = account.now;
    await account.settle();
    expect(account.now - begun).toBeLessThan(27_000);
    expect(account.retired).toEqual(["fine old"]);
    for (let turn = 0; turn < 3; turn += 1) {
      account.pass(5 * minute);
      account.endsAfter(25_000);
      await account.settle();
    }
    expect(account.told).toHaveLength(40);
    expect(new Set(account.told).size).toBe(40);
  });
});
