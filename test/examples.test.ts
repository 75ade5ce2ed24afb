import { mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { parse } from "yaml";
import { readManifest } from "../build/manifest-plugin.ts";
import { missingAwsCli, missingJq } from "../lab/aws-cli.ts";
import type { Row } from "../lab/examples/rows.ts";
import { WarmProcess } from "./cli/warm-process.ts";
import { everything } from "./everything.ts";
import { loginOf } from "./lib/manifest/manifest-folder.ts";
import { describeNeeding } from "./needing.ts";
import { runProgram } from "./run-program.ts";

const missing = missingAwsCli() ?? missingJq();

type Expected = readonly [credential: string, strategy: string, fields: string, rolled: number];

/** What is replaced. */
const systems: readonly (readonly [string, readonly Expected[]])[] = [
  [
    "clip-it",
    [
      ["JWT_SECRET_KEY", "generate", "1 of 20", 1],
      ["MONGODB_URL", "alternating-users", "1 of 20", 1],
      ["AWS_SECRET_ACCESS_KEY", "issue", "2 of 20", 1],
      ["OPENAI_API_KEY", "issue", "2 of 20", 1],
      ["HF_TOKEN", "supply", "1 of 20", 1],
      ["HUGGINGFACE_TOKEN", "supply", "1 of 20", 1],
      ["SIEVE_API_KEY", "supply", "1 of 20", 1],
      ["TIKTOK_CLIENT_SECRET", "supply", "1 of 20", 1],
      ["TIKTOK_VERIFICATION_KEY", "supply", "1 of 20", 1],
    ],
  ],
  [
    "muejam",
    [
      ["password", "alternating-users", "4 of 7", 0],
      ["secret_key", "roll-with-grace", "2 of 3", 0],
      ["secret_access_key", "issue", "3 of 3", 0],
      ["api_key", "issue", "3 of 3", 0],
      ["safe_browsing_api_key", "issue", "3 of 4", 0],
      ["recaptcha_secret_key", "supply", "2 of 4", 0],
    ],
  ],
  [
    "oh-my-coins",
    [
      ["SECRET_KEY", "generate", "1 of 11", 1],
      ["POSTGRES_PASSWORD", "in-place", "1 of 11", 1],
      ["OPENAI_API_KEY", "issue", "2 of 11", 1],
      ["SENTRY_DSN", "issue", "2 of 11", 1],
      ["SMTP_PASSWORD", "supply", "1 of 11", 1],
      ["FIRST_SUPERUSER_PASSWORD", "supply", "1 of 11", 1],
    ],
  ],
  [
    "aiguardian",
    [
      ["SECRET_KEY", "generate", "1 of 22", 1],
      ["UNIFIED_API_KEY", "generate", "1 of 22", 1],
      ["POSTGRES_PASSWORD", "alternating-users", "2 of 22", 1],
      ["REDIS_PASSWORD", "two-passwords", "2 of 22", 1],
      ["CLERK_SECRET_KEY", "roll-with-grace", "1 of 22", 1],
      ["STRIPE_SECRET_KEY", "supply", "1 of 22", 1],
      ["CLERK_WEBHOOK_SECRET", "supply", "1 of 22", 1],
      ["STRIPE_WEBHOOK_SECRET", "supply", "1 of 22", 1],
    ],
  ],
  [
    "fastapi",
    [
      ["jwt_secret", "generate", "1 of 4", 0],
      ["generated_password", "generate", "1 of 4", 0],
      ["db_password", "in-place", "1 of 4", 0],
      ["api_keys", "supply", "1 of 4", 0],
    ],
  ],
  [
    "rds",
    [
      ["password", "in-place", "1 of 5", 0],
      ["password", "alternating-users", "3 of 7", 0],
    ],
  ],
  [
    "elasticache",
    [
      ["password", "two-passwords", "2 of 4", 0],
      ["password", "two-passwords", "2 of 5", 0],
    ],
  ],
];
/** Nobody hears whether they work who uses them: their providers play no part, or answer nothing. */
const unheard = [
  ...["SIEVE_API_KEY", "TIKTOK_CLIENT_SECRET", "TIKTOK_VERIFICATION_KEY", "recaptcha_secret_key"],
  ...["SENTRY_DSN", "SMTP_PASSWORD", "CLERK_WEBHOOK_SECRET", "STRIPE_WEBHOOK_SECRET", "api_keys"],
  ...["STRIPE_SECRET_KEY", "FIRST_SUPERUSER_PASSWORD"],
];
const names = systems.map(([name]) => name);
/** Those that are run: `.ci/run` runs all. */
const played = everything ? names : ["fastapi"];
const read = (name: string, file: string) => readFile(join("examples", name, file), "utf8");

describe.each(systems)("npm run examples -- --only %s", { timeout: 600_000 }, (name, rotating) => {
  describeNeeding(name === "aiguardian" ? missing : undefined, "as a program", {}, () => {
    it.runIf(played.includes(name))(
      "rotates what it has, settles, and shows a row for each credential",
      async () => {
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
        for (const { credential, strategy, failed, seconds } of rotated) {
          expect(seconds).toBeGreaterThan(0);
          if (strategy === "generate" || unheard.includes(credential)) expect(failed).toBeNull();
          // The application logs in as its own user.
          else if (name === "rds") expect(failed).toBe(0);
          // A process with the old password cannot log in until it restarts, so logins do fail.
          else if (strategy === "in-place") expect(failed).toBeGreaterThan(0);
          else expect(failed).toBe(0);
        }
        expect(rows).toEqual(rotated);
      },
    );
  });

  it("mentions each credential in its README", async () => {
    const text = await read(name, "README.md");
    const untold = rotating
      .map(([credential]) => credential)
      .filter((credential) => !text.includes(`\`${credential}\``));
    expect(untold).toEqual([]);
  });

  it("takes a line for the only credential of a secret, or at most two lines for each of several", async () => {
    const lines = (await read(name, "rotation.yml")).split("\n").filter((l) => !/^ *(#|$)/.test(l));
    const { secrets }: { secrets: Record<string, { credentials?: object[] }> } = parse(
      lines.join("\n"),
    );
    for (const [secret, { credentials }] of Object.entries(secrets)) {
      const at = lines.findIndex((line) => line.trimStart().startsWith(`${secret}:`));
      const end = lines.findIndex((line, index) => index > at && /^ {0,2}\S/.test(line));
      const entry = lines.slice(at, end < 0 ? undefined : end);
      // Beside the secret's own line, that of `credentials:`, and one for what is the secret's.
      if (credentials) expect(entry.length - 3).toBeLessThanOrEqual(2 * credentials.length);
      else expect(entry).toHaveLength(1);
    }
  });
});

describe("the manifests of the examples", { timeout: 60_000 }, () => {
  const warm = new WarmProcess();
  afterAll(() => warm[Symbol.asyncDispose]());

  it.each(names)("%s passes validation in every stage that it names", async (name) => {
    const file = join("examples", name, "rotation.yml");
    const { stages = {} } = parse(await read(name, "rotation.yml"));
    for (const stage of ["production", ...Object.keys(stages)]) {
      const options = ["--file", file, "--stage", stage, "--json"];
      const ran = await warm.run("cli/validate.ts", options, {});
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
