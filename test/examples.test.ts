import { mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { parse } from "yaml";
import { readManifest } from "../build/manifest-plugin.ts";
import { missingAwsCli, missingJq } from "../lab/aws-cli.ts";
import type { Row } from "../lab/examples/rows.ts";
import { loginOf } from "./lib/manifest/manifest-folder.ts";
import { describeNeeding } from "./needing.ts";
import { runProgram } from "./run-program.ts";

const missing = missingAwsCli() ?? missingJq();

type Expected = readonly [credential: string, strategy: string, fields: string, rolled: number];

/** What rotates, and what does not yet; the second user of `alternating-users` costs no login. */
const systems: readonly (readonly [string, readonly Expected[], readonly string[]])[] = [
  [
    "clip-it",
    [["JWT_SECRET_KEY", "generate", "1 of 19", 1]],
    [
      "MONGODB_URL",
      "AWS_SECRET_ACCESS_KEY",
      "OPENAI_API_KEY",
      "SIEVE_API_KEY",
      "HF_TOKEN",
      "HUGGINGFACE_TOKEN",
      "TIKTOK_CLIENT_SECRET",
      "TIKTOK_VERIFICATION_KEY",
    ],
  ],
  [
    "muejam",
    [["password", "alternating-users", "4 of 7", 0]],
    ["secret_key", "secret_access_key", "api_key", "safe_browsing_api_key", "recaptcha_secret_key"],
  ],
  [
    "oh-my-coins",
    [
      ["SECRET_KEY", "generate", "1 of 9", 1],
      ["POSTGRES_PASSWORD", "in-place", "1 of 9", 1],
    ],
    ["OPENAI_API_KEY", "FIRST_SUPERUSER_PASSWORD", "SMTP_PASSWORD", "SENTRY_DSN"],
  ],
  [
    "aiguardian",
    [
      ["SECRET_KEY", "generate", "1 of 22", 1],
      ["UNIFIED_API_KEY", "generate", "1 of 22", 1],
      ["POSTGRES_PASSWORD", "alternating-users", "2 of 22", 1],
    ],
    [
      "REDIS_PASSWORD",
      "CLERK_SECRET_KEY",
      "CLERK_WEBHOOK_SECRET",
      "STRIPE_SECRET_KEY",
      "STRIPE_WEBHOOK_SECRET",
    ],
  ],
  [
    "fastapi",
    [
      ["jwt_secret", "generate", "1 of 4", 0],
      ["db_password", "in-place", "1 of 4", 0],
    ],
    ["api_keys", "generated_password"],
  ],
];
const names = systems.map(([name]) => name);
const read = (name: string, file: string) => readFile(join("examples", name, file), "utf8");

describe.each(systems)(
  "npm run examples -- --only %s",
  { timeout: 60_000 },
  (name, rotating, notYet) => {
    describeNeeding(name === "aiguardian" ? missing : undefined, "as a program", {}, () => {
      it("rotates what it has, settles, and shows a row for each credential", async () => {
        const ran = await runProgram("lab/examples.ts", "--only", name, "--json");
        const { rows, problems }: { rows: Row[]; problems: object } = JSON.parse(ran.stdout);
        expect({ code: ran.code, problems }).toEqual({ code: 0, problems: {} });
        const rotated = rows.filter(({ status }) => status === "ok");
        expect(
          rotated.map((row) => [
            row.credential,
            row.strategy,
            `${row.fieldsChanged} of ${row.fields}`,
            row.consumersRolled,
          ]),
        ).toEqual(rotating);
        for (const { type, strategy, failedLogins, seconds } of rotated) {
          expect(seconds).toBeGreaterThan(0);
          expect(type).toBe(strategy === "generate" ? "generated" : "postgres");
          if (strategy === "generate") expect(failedLogins).toBeNull();
          if (strategy === "alternating-users") expect(failedLogins).toBe(0);
          // Who has the old password cannot log in until it is restarted: that is no row of zeros.
          if (strategy === "in-place") expect(failedLogins).toBeGreaterThan(0);
        }
        const others = rows.slice(rotated.length);
        expect(others.map(({ credential, status }) => [credential, status])).toEqual(
          notYet.map((credential) => [credential, "not yet"]),
        );
      });
    });

    it("tells of each credential in its README", async () => {
      const text = await read(name, "README.md");
      const untold = [...rotating.map(([credential]) => credential), ...notYet].filter(
        (credential) => !text.includes(`\`${credential}\``),
      );
      expect(untold).toEqual([]);
    });

    it("takes a line for its only credential, or at most two lines for each of several", async () => {
      const lines = (await read(name, "rotation.yml"))
        .split("\n")
        .filter((l) => !/^ *(#|$)/.test(l));
      const { secrets } = parse(lines.join("\n"));
      const [secret = ""] = Object.keys(secrets);
      const at = lines.findIndex((line) => line.trimStart().startsWith(`${secret}:`));
      const end = lines.findIndex((line, index) => index > at && /^ {0,2}\S/.test(line));
      const entry = lines.slice(at, end < 0 ? undefined : end);
      if (rotating.length === 1) expect(entry).toHaveLength(1);
      // Beside the secret's own line and that of `credentials:`.
      else expect(entry.length - 2).toBeLessThanOrEqual(2 * rotating.length);
    });
  },
);

describe("the manifests of the examples", { timeout: 60_000 }, () => {
  it.each(names)("%s passes validation in every stage that it names", async (name) => {
    const file = join("examples", name, "rotation.yml");
    const { stages = {} } = parse(await read(name, "rotation.yml"));
    for (const stage of ["production", ...Object.keys(stages)]) {
      const ran = await runProgram("cli/validate.ts", "--file", file, "--stage", stage, "--json");
      const { findings }: { findings: { severity: string; code: string }[] } = JSON.parse(
        ran.stdout,
      );
      // An exemption that is over is one, by design, and its day will come.
      const over = findings.filter(({ code }) => code === "EXEMPTION_EXPIRED");
      const found = findings.filter(
        ({ severity, code }) => severity !== "note" && code !== "EXEMPTION_EXPIRED",
      );
      expect(found).toEqual([]);
      expect(ran.code).toBe(over.length > 0 ? 1 : 0);
    }
  });

  it("has Oh My Coins rotate every 90 days in production and every 180 in staging", () => {
    const schedules = ["production", "staging"].map((stage) => {
      const { secrets } = readManifest("examples/oh-my-coins/rotation.yml", stage, {
        warn: () => {},
      });
      const [[secret, entry] = []] = Object.entries(secrets);
      return [secret, entry?.schedule.expression, loginOf(entry).connection.host];
    });
    const host = (stage: string) => `ohmycoins-${stage}.c1example.ap-southeast-2.rds.amazonaws.com`;
    expect(schedules).toEqual([
      ["ohmycoins-production-app-secrets", "rate(90 days)", host("production")],
      ["ohmycoins-staging-app-secrets", "rate(180 days)", host("staging")],
    ]);
  });
});

describe("npm run examples", { timeout: 60_000 }, () => {
  it("says which program is missing, shows the row as failed, and exits with 1", async () => {
    const folder = await mkdtemp(join(tmpdir(), "quarterturn-path-"));
    try {
      for (const name of ["chown", "rm", "sleep"])
        await symlink(`/bin/${name}`, join(folder, name));
      vi.stubEnv("PATH", folder);
      const ran = await runProgram("lab/examples.ts", "--only", "aiguardian");
      expect(ran.code).toBe(1);
      expect(ran.stderr).toContain("AIGuardian: The aws command line");
      expect(ran.stderr).toContain("pip install awscli");
      expect(ran.stdout).toMatch(/POSTGRES_PASSWORD +postgres +alternating-users .* failed$/m);
      // No colour where no terminal shows it.
      expect(ran.stdout).not.toContain("\u001b");
    } finally {
      vi.unstubAllEnvs();
      await rm(folder, { recursive: true });
    }
  });

  it("knows its systems", async () => {
    const { code, stderr } = await runProgram("lab/examples.ts", "--only", "other");
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `--only takes ${names.join(", ")}, not "other".\nRun it with --help for the options.\n`,
    });
  });
});
