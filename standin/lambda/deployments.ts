import { z } from "zod";
import { AwsError } from "../aws-error.ts";
import type { Operations } from "../call.ts";
import { Deployment } from "./deployment.ts";
import type { LambdaHost } from "./functions.ts";
import { absent, operation, resourceNotFound } from "./operation.ts";

const createShape = z.object({
  FunctionName: z.string().regex(/^[\w-]{1,64}$/),
  Runtime: z.string().regex(/^nodejs/, "the stand-in runs functions of Node.js"),
  Role: z.string().regex(/^arn:aws[\w-]*:iam::\d{12}:role\/.+$/),
  Handler: z.string().max(128),
  Code: z.object({ ZipFile: z.base64(), S3Bucket: absent, ImageUri: absent }),
  Timeout: z.int().min(1).max(900).default(3),
  MemorySize: z.int().min(128).max(10_240).default(128),
  Environment: z.object({ Variables: z.record(z.string(), z.string()).default({}) }).optional(),
  Layers: absent,
  VpcConfig: absent,
});
type Created = z.infer<typeof createShape> & { deployment: Deployment; arn: string; at: string };

const named = z.object({ FunctionName: z.string() });

/**
 * Functions that are created by the API (https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html):
 * one ES module in a ZIP archive, ready at once, without versions and aliases. Its role is not looked at.
 */
export class Deployments implements Disposable {
  readonly operations: Operations;
  readonly #created = new Map<string, Created>();
  readonly #functions: LambdaHost;

  constructor(functions: LambdaHost) {
    this.#functions = functions;
    this.operations = {
      CreateFunction: operation(createShape, (input) => this.#create(input)),
      GetFunction: operation(named, ({ FunctionName }) => ({
        Configuration: shown(this.#find(FunctionName)),
      })),
      GetFunctionConfiguration: operation(named, ({ FunctionName }) =>
        shown(this.#find(FunctionName)),
      ),
      ListFunctions: operation(z.object({ Marker: absent }), () => ({
        Functions: [...this.#created.values()].map(shown),
      })),
      DeleteFunction: operation(named, ({ FunctionName }) => this.#delete(FunctionName)),
      AddPermission: this.#addPermission(),
    };
  }

  /** Functions that were registered may be invoked by everybody; created ones by whom a statement allows. */
  allows(nameOrArn: string, principal: string): boolean {
    const found = this.#created.get(nameOf(nameOrArn));
    if (found === undefined) return this.#functions.has(nameOrArn);
    return [...found.deployment.permissions.values()].some((each) => each.principal === principal);
  }

  [Symbol.dispose](): void {
    for (const name of this.#created.keys()) this.#delete(name);
  }

  #create(input: z.infer<typeof createShape>): object {
    const { FunctionName: name, Timeout, Environment } = input;
    if (this.#functions.has(name)) {
      throw new AwsError("ResourceConflictException", `Function already exist: ${name}`, 409);
    }
    const deployment = new Deployment(Buffer.from(input.Code.ZipFile, "base64"), input.Handler);
    const arn = this.#functions.register({
      name,
      bundle: deployment.bundle,
      timeoutMs: Timeout * 1000,
      environment: Environment?.Variables ?? {},
    });
    const created = { ...input, deployment, arn, at: new Date().toISOString() };
    this.#created.set(name, created);
    return shown(created);
  }

  #delete(nameOrArn: string): object {
    const { FunctionName, deployment } = this.#find(nameOrArn);
    this.#functions.unregister(FunctionName);
    deployment[Symbol.dispose]();
    this.#created.delete(FunctionName);
    return {};
  }

  #addPermission() {
    const shape = z.object({
      FunctionName: z.string(),
      StatementId: z.string().min(1).max(100),
      Action: z.literal("lambda:InvokeFunction"),
      Principal: z.string(),
      SourceAccount: z.string().optional(),
      SourceArn: z.string().optional(),
    });
    return operation(shape, ({ FunctionName, StatementId, Principal }) => {
      const { permissions } = this.#find(FunctionName).deployment;
      if (permissions.has(StatementId)) {
        throw new AwsError(
          "ResourceConflictException",
          `The statement id (${StatementId}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
          409,
        );
      }
      permissions.set(StatementId, { principal: Principal });
      return { Statement: JSON.stringify({ Sid: StatementId, Principal: { Service: Principal } }) };
    });
  }

  #find(nameOrArn: string): Created {
    const found = this.#created.get(nameOf(nameOrArn));
    if (found === undefined) throw resourceNotFound(`Function not found: ${nameOrArn}`);
    return found;
  }
}

const nameOf = (nameOrArn: string) => nameOrArn.split(":function:").at(-1) ?? nameOrArn;

/** API_FunctionConfiguration */
function shown({ deployment, arn, at, ...input }: Created): object {
  return {
    FunctionName: input.FunctionName,
    FunctionArn: arn,
    Runtime: input.Runtime,
    Role: input.Role,
    Handler: input.Handler,
    CodeSize: deployment.codeSize,
    Timeout: input.Timeout,
    MemorySize: input.MemorySize,
    Environment: { Variables: input.Environment?.Variables ?? {} },
    LastModified: at,
    Version: "$LATEST",
    PackageType: "Zip",
    RevisionId: deployment.revision,
    State: "Active",
    LastUpdateStatus: "Successful",
  };
}
