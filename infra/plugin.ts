import { readManifest } from "../build/manifest-plugin.ts";
import { packagedManifest } from "../build/packaged-manifest.ts";
import { RotationError } from "../lib/errors.ts";
import { InvalidParameters } from "./errors.ts";
import { figures, limitsLine, limitsTable, requireWithinLimits } from "./figures.ts";
import type { CompiledTemplate } from "./limits.ts";
import { parseParameters } from "./parameters.ts";
import { ownRunbook } from "./runbook.ts";
import { functionsOf, outputs, resources } from "./template.ts";
import { zipSize } from "./zip-size.ts";

/** The part of the Serverless Framework that is used here. */
interface Serverless {
  /** serverless.yml; variables in it are resolved after the plugins are there. */
  readonly configurationInput: {
    readonly service: string;
    readonly params?: Readonly<Record<string, Given>>;
  };
  readonly processedInput: {
    readonly commands: readonly string[];
    readonly options: { readonly region?: string; readonly param?: readonly string[] };
  };
  /** Printed without a stack, as a mistake of the user. */
  readonly classes: { readonly Error: new (message: string, code: string) => Error };
  getProvider(name: "aws"): { getStage(): string };
  extendConfiguration(path: readonly string[], value: unknown): void;
  readonly service: {
    readonly provider: { readonly compiledCloudFormationTemplate: CompiledTemplate };
    readonly functions: Readonly<
      Record<string, { readonly package?: { readonly artifact?: string } }>
    >;
  };
}

/** Of the framework: `info` is shown with --verbose. */
type Log = Readonly<Record<"notice" | "info", (text: string) => void>>;

type Given = Readonly<Record<string, unknown>>;

/** For `plugins` in serverless.yml: adds everything that depends on the manifest, for the stage at hand. */
class Quarterturn {
  /** By the framework's events. */
  readonly hooks: Readonly<Record<string, () => void>>;

  constructor(serverless: Serverless, _options: unknown, { log }: { readonly log: Log }) {
    told(serverless, () => extend(serverless));
    this.hooks = {
      // All resources are there by then, the framework's own and the ones of this service.
      "after:aws:package:finalize:mergeCustomProviderResources": () =>
        told(serverless, () => checkLimits(serverless, log)),
    };
  }
}

/** A mistake of the user is printed without a stack. */
function told({ classes }: Serverless, run: () => void): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof RotationError)) throw error;
    throw new classes.Error(error.message, error.code);
  }
}

/** @throws InvalidManifest */
function checkLimits({ service }: Serverless, log: Log): void {
  const packages = Object.entries(service.functions).flatMap(([name, each]) =>
    each.package?.artifact ? [[name, zipSize(each.package.artifact)] as const] : [],
  );
  const { compiledCloudFormationTemplate } = service.provider;
  const all = figures(compiledCloudFormationTemplate, Object.fromEntries(packages));
  requireWithinLimits(all);
  log.notice(limitsLine(all));
  log.info(limitsTable(all));
}

/** @throws InvalidManifest, InvalidParameters */
function extend(serverless: Serverless): void {
  const region = regionOf(serverless);
  const { service } = serverless.configurationInput;
  const stage = serverless.getProvider("aws").getStage();
  const manifest = packagedManifest(serverless, () =>
    readManifest("rotation.yml", stage, { region }),
  );
  const parameters = parseParameters(givenParameters(serverless, stage));
  const runbook = parameters.runbook ?? ownRunbook();
  const deployment = { ...parameters, runbook, service, stage, manifest };
  serverless.extendConfiguration(["functions"], functionsOf(deployment));
  serverless.extendConfiguration(["resources"], {
    Resources: resources(deployment),
    Outputs: outputs(deployment),
  });
}

/**
 * The Region of the deployment; `undefined` for a package that names none, which fits any. To deploy without one, the
 * framework would use us-east-1, whatever the caller's profile has.
 * @throws InvalidParameters
 */
function regionOf({ processedInput: { commands, options } }: Serverless): string | undefined {
  const { AWS_REGION, AWS_DEFAULT_REGION } = process.env;
  const region = options.region || AWS_REGION || AWS_DEFAULT_REGION;
  if (region || commands[0] === "package") return region;
  throw new InvalidParameters([
    "region: missing. Add --region (for example eu-central-1), or set AWS_REGION.",
  ]);
}

/** As the framework finds a parameter: by --param, else for the stage, else for all stages. */
function givenParameters({ configurationInput, processedInput }: Serverless, stage: string): Given {
  const { params = {} } = configurationInput;
  const options = (processedInput.options.param ?? []).map((param) => {
    const [name = "", ...value] = param.split("=");
    return [name, value.join("=")];
  });
  return { ...params["default"], ...params[stage], ...Object.fromEntries(options) };
}

export { Quarterturn as "module.exports" };
