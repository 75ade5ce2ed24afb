import { readFileSync } from "node:fs";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { program, wholeNumber } from "../local/command-line.ts";
import { startPostgres } from "../local/postgres/server.ts";
import { World } from "../local/world.ts";
import { type ColdStart, measureColdStart } from "./bench/cold-start.ts";
import {
  measureSettlement,
  type SettlementFigures,
  type SettlementLoad,
} from "./bench/settlement.ts";
import { type AwsRequests, measureWarmRotation, type WarmRotation } from "./bench/warm-rotation.ts";

const usage = `Measures the built functions.

  npm run bench -- [options]

  --samples N   cold starts and rotations (default: 20 and 30)
  --secrets N   secrets that are rotated together and settled, a service for every five (default: 50)
  --json        print one JSON object and nothing else (npm run --silent bench -- --json)
  --help        print this`;

const options = {
  samples: { type: "string" },
  secrets: { type: "string", default: "50" },
  json: { type: "boolean", default: false },
} as const;

interface Figures {
  readonly coldStart: ColdStart;
  readonly warmRotation: WarmRotation;
  readonly awsRequests: AwsRequests;
  /** As it is uploaded: zipped. */
  readonly bundleKB: number;
  readonly settlement: SettlementFigures;
}

await program(usage, options, async ({ samples, secrets, json }) => {
  const given = samples === undefined ? undefined : wholeNumber("--samples", samples, [1, 1000]);
  const count = wholeNumber("--secrets", secrets, [5, 500]);
  await using postgres = await startPostgres();
  await using world = await World.start({ postgres, strategy: "in-place" });
  const bundle = join(world.folder, "functions", "rotate-database.mjs");
  const coldStart = await measureColdStart(bundle, lambdaEnvironment(world), given ?? 20);
  const rotations = await measureWarmRotation(world, given ?? 30);
  const settlement = await measureSettlement(postgres, loadOf(count));
  const figures = { coldStart, ...rotations, bundleKB: zippedKB(bundle), settlement };
  if (json) console.log(JSON.stringify(figures, null, 2));
  else for (const line of table(figures)) console.log(line);
});

/** Each secret is read by two services. */
function loadOf(secrets: number): SettlementLoad {
  const services = Math.max(2, Math.floor(secrets / 5));
  return { secrets, services, reads: Math.ceil((2 * secrets) / services) };
}

function lambdaEnvironment({ aws }: World): Record<string, string> {
  return {
    ...aws.env("cold-start"),
    AWS_LAMBDA_FUNCTION_NAME: "rotate-database",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "512",
    TZ: ":UTC",
  };
}

/** serverless-esbuild zips by deflate at zlib's default level, too; a zip's headers, some 150 bytes, are left out. */
function zippedKB(bundle: string): number {
  return Math.round(deflateRawSync(readFileSync(bundle)).length / 102.4) / 10;
}

function table(figures: Figures): string[] {
  const { coldStart, warmRotation, awsRequests, bundleKB, settlement } = figures;
  const { medianMs, bareNodeMs, ratio } = coldStart;
  const names = Object.entries(awsRequests.names).map(([name, count]) => `${name} ${count}`);
  return [
    `cold start     ${medianMs} ms, ${ratio} × bare Node (${bareNodeMs} ms); budget 3.0 ×`,
    `warm rotation  ${warmRotation.medianMs} ms, median of ${warmRotation.rotations}; budget 65 ms`,
    `AWS requests   ${awsRequests.perRotation} per rotation: ${names.join(", ")}; budget 13`,
    `bundle         ${bundleKB} KB zipped; budget 400 KB`,
    `settlement     ${settlement.secrets} secrets, ${settlement.services} services: ${settlement.deployments} deployments, ${settlement.seconds} s, ${settlement.awsRequests.total} AWS requests`,
  ];
}
