import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { stringify } from "yaml";
import { bundleFunctions } from "../../build/bundle.ts";
import { typeList } from "../../lib/types.ts";
import type { World } from "../world.ts";
import { type ColdStart, measureColdStart } from "./cold-start.ts";

export interface FunctionFigures {
  readonly coldStart: ColdStart;
  /** As it is uploaded: zipped. */
  readonly zipKB: number;
}

/** Of every function, by name. */
export async function measureFunctions(
  world: World,
  samples: number,
): Promise<Record<string, FunctionFigures>> {
  const manifest = join(world.folder, "rotation.yml");
  const bundles = {
    ...(await bundleFunctions(join(world.folder, "keys"), manifestOfKeys(world.folder))),
    ...(await bundleFunctions(join(world.folder, "deployed"), manifest)),
  };
  const measured: Record<string, FunctionFigures> = {};
  for (const [name, bundle] of Object.entries(bundles).toSorted())
    measured[name] = await measure(world, name, bundle, samples);
  return measured;
}

/** Of the function that rotates databases, for a manifest of one type alone. By type. */
export async function measureEngines(
  world: World,
  samples: number,
): Promise<Record<string, FunctionFigures>> {
  const rotate = "rotate-database";
  const measured: Record<string, FunctionFigures> = {};
  for (const [type, { place, example }] of Object.entries(typeList.types)) {
    if (place !== "network") continue;
    const path = join(world.folder, `${type}.yml`);
    const manifest = { defaults: { admin: "admin" }, secrets: { login: { type, ...example } } };
    writeFileSync(path, stringify(manifest));
    const { [rotate]: bundle } = await bundleFunctions(join(world.folder, type), path);
    if (bundle) measured[type] = await measure(world, rotate, bundle, samples);
  }
  return measured;
}

async function measure(
  world: World,
  name: string,
  bundle: string,
  samples: number,
): Promise<FunctionFigures> {
  const coldStart = await measureColdStart(bundle, lambdaEnvironment(world, name), samples);
  return { coldStart, zipKB: zippedKB(bundle) };
}

/** Every kind of key: what rotates them holds all that there is. */
function manifestOfKeys(folder: string): string {
  const path = join(folder, "keys.yml");
  const admin = "keys/admin";
  const credentials = [
    { type: "iam", user: "uploads" },
    { type: "resend", permission: "sending_access", admin, field: "resend" },
    { type: "google-api-key", project: "acme-shop", admin, field: "google" },
    { type: "supplied", field: "sieve" },
    { type: "generated", format: "hex", field: "jwt" },
  ];
  writeFileSync(path, stringify({ secrets: { keys: { credentials } } }));
  return path;
}

function lambdaEnvironment({ aws }: World, name: string): Record<string, string> {
  return {
    ...aws.env("cold-start"),
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "512",
    TZ: ":UTC",
  };
}

/** serverless-esbuild zips by deflate at zlib's default level, too; a zip's headers, some 150 bytes, are left out. */
function zippedKB(bundle: string): number {
  return Math.round(deflateRawSync(readFileSync(bundle)).length / 102.4) / 10;
}
