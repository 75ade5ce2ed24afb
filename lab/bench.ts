import { program, wholeNumber } from "../cli/command-line.ts";
import type { ColdStart } from "./bench/cold-start.ts";
import { type EmergencyFigures, emergencyTable, measureEmergency } from "./bench/emergency.ts";
import { type FunctionFigures, measureEngines, measureFunctions } from "./bench/functions.ts";
import { type Latency, measureLatency } from "./bench/latency.ts";
import { type Memory, measureMemory } from "./bench/memory.ts";
import type { FindingsFigures } from "./bench/pass/look.ts";
import type { PassFigures } from "./bench/pass/simulation.ts";
import { measureFindings, measurePasses } from "./bench/pass.ts";
import {
  measureSettlement,
  type SettlementFigures,
  type SettlementLoad,
} from "./bench/settlement.ts";
import { type AwsRequests, measureWarmRotation, type WarmRotation } from "./bench/warm-rotation.ts";
import { serverTypes } from "./servers.ts";
import { startWorld } from "./world.ts";

const usage = `Measures the built functions.

  npm run bench -- [options]

  --samples N   cold starts and rotations (default: 20 and 30)
  --rotations N warm rotations after which memory is measured again (default: 300)
  --secrets N   secrets to rotate together and settle, with a service for every five (default: 50)
  --json        print one JSON object and nothing else (npm run --silent bench -- --json)
  --help        print this`;

const options = {
  samples: { type: "string" },
  rotations: { type: "string", default: "300" },
  secrets: { type: "string", default: "50" },
  json: { type: "boolean", default: false },
} as const;

interface Figures {
  /** ARN of the function that rotates, as under `functions`. */
  readonly coldStart: ColdStart | undefined;
  readonly bundleKB: number | undefined;
  /** By name. */
  readonly functions: Readonly<Record<string, FunctionFigures>>;
  /** Of the function that rotates databases, where the manifest has this type alone. */
  readonly engines: Readonly<Record<string, FunctionFigures>>;
  readonly warmRotation: WarmRotation;
  readonly awsRequests: AwsRequests;
  readonly latency: Latency;
  readonly memory: Memory;
  readonly settlement: SettlementFigures;
  /** In simulation: accounts in memory, with a virtual clock. */
  readonly pass: readonly PassFigures[];
  /** Likewise, of the hourly look of `watch`. */
  readonly findings: FindingsFigures;
  readonly emergency: EmergencyFigures;
}

await program(usage, options, async ({ samples, rotations, secrets, json }) => {
  const given = samples === undefined ? undefined : wholeNumber("--samples", samples, [1, 1000]);
  const warm = wholeNumber("--rotations", rotations, [2, 10_000]);
  const count = wholeNumber("--secrets", secrets, [5, 500]);
  await using server = await serverTypes.postgres.start();
  await using world = await startWorld({ server, strategy: "in-place" });
  const functions = await measureFunctions(world, given ?? 20);
  const engines = await measureEngines(world, given ?? 20);
  const { warmRotation, awsRequests } = await measureWarmRotation(world, given ?? 30);
  const { latency, sequential } = await measureLatency(world, given ?? 30);
  const memory = await measureMemory(world, warm);
  const settlement = await measureSettlement(server, loadOf(count));
  const pass = await measurePasses();
  const findings = await measureFindings();
  const emergency = await measureEmergency(server);
  const { coldStart, zipKB: bundleKB } = functions["rotate-database"] ?? {};
  const figures: Figures = {
    coldStart,
    bundleKB,
    functions,
    engines,
    warmRotation,
    awsRequests: { ...awsRequests, sequential },
    latency,
    memory,
    settlement,
    pass,
    findings,
    emergency: emergency.figures,
  };
  if (json) console.log(JSON.stringify(figures, null, 2));
  else for (const line of [...table(figures), ...emergencyTable(emergency)]) console.log(line);
});

/** Each secret is read by two services. */
function loadOf(secrets: number): SettlementLoad {
  const services = Math.max(2, Math.floor(secrets / 5));
  return { secrets, services, reads: Math.ceil((2 * secrets) / services) };
}

function table(figures: Figures): string[] {
  const {
    functions,
    engines,
    warmRotation,
    awsRequests,
    latency,
    memory,
    settlement,
    pass,
    findings,
  } = figures;
  const names = Object.entries(awsRequests.names).map(([name, count]) => `${name} ${count}`);
  return [
    "cold start     budget 2.5 × bare Node; zipped: budget 400 KB",
    ...Object.entries(functions).map(startLine),
    "               of the function that rotates databases, with one type alone",
    ...Object.entries(engines).map(startLine),
    `warm rotation  ${warmRotation.medianMs} ms, median of ${warmRotation.rotations}; budget 60 ms`,
    `AWS requests   ${awsRequests.perRotation} per rotation, budget 13: ${names.join(", ")}; ${awsRequests.sequential} one after another, budget 9`,
    `latency        with ${latency.addedMs} ms more for each AWS request: ${latency.medianMs} ms a rotation; ${latency.sequentialMs} ms one request at a time`,
    `memory         ${Object.entries(memory)
      .map(([name, mb]) => `${name} ${mb}`)
      .join(", ")} (MiB, resident); budget 75 after one, 90 after 300`,
    `settlement     ${settlement.secrets} secrets, ${settlement.services} services: ${settlement.deployments} deployments, ${settlement.seconds} s, ${settlement.awsRequests.total} AWS requests, ${settlement.awsRequestsPerSecret} a secret; budget 15`,
    "passes         simulated: accounts in memory, a virtual clock, 25 ms a request, the quotas of ECS",
    ...pass.map(
      (each) =>
        `  ${each.secrets} secrets, ${each.unsettled} unsettled, ${each.services} services, ${each.deadServers} dead servers: ${each.awsRequests} AWS requests, ${each.ecsReads} ECS reads a pass, ${each.deployments} deployments, ${each.seconds} s a pass, ${each.simulatedMinutes} min in all, ${each.peakMB} MB, ${each.falseAlerts} false alerts`,
    ),
    `findings       likewise, the hourly look: ${findings.secrets} secrets, ${findings.awsRequests} AWS requests, ${findings.seconds} s, ${findings.peakMB} MB; budget 110, 60 s, 256 MB`,
  ];
}

function startLine([name, { coldStart, zipKB }]: readonly [string, FunctionFigures]): string {
  const { medianMs, bareNodeMs, ratio } = coldStart;
  return `  ${name.padEnd(22)} ${medianMs} ms, ${ratio} × bare Node (${bareNodeMs} ms), ${zipKB} KB`;
}
