import type { World } from "../../lab/world.ts";
import { AwsError, type Call } from "../../standin/aws.ts";
import type { BuiltRotation } from "../lib/reporting/built-rotation.ts";

/** Until disposed of, spoils the call with this number, from 1, that the function makes. */
export interface Disturbance extends Disposable {
  /** It came so far. */
  readonly hit: boolean;
}

export type Disturb = (built: BuiltRotation, at: number) => Disturbance;

type DisturbAws = (built: { readonly world: Pick<World, "aws"> }, at: number) => Disturbance;

/** As often as the SDK tries a call. */
const attempts = 3;

/** AWS answers an error whose message holds all of the input: SDKs and services do echo it. */
const echo = (type: string, status: number) => (call: Call) => {
  throw new AwsError(type, `Bad input: ${JSON.stringify(call.input)}`, status);
};

/** Every try of the call with this number. */
function spoilAws(spoil: { before?: (call: Call) => never; after?: () => "lose" }): DisturbAws {
  return ({ world }, at) => {
    let [count, left] = [0, attempts];
    let operation: string | undefined;
    const spoiled = new WeakSet<Call>();
    const hook = world.aws.intercept({
      before(call) {
        if (call.principal === "operator") return;
        count += 1;
        if (count === at) operation = call.operation;
        if (call.operation !== operation || left === 0) return;
        left -= 1;
        spoiled.add(call);
        spoil.before?.(call);
      },
      after: (call) => (spoiled.has(call) ? spoil.after?.() : undefined),
    });
    return {
      get hit() {
        return operation !== undefined;
      },
      [Symbol.dispose]: () => hook[Symbol.dispose](),
    };
  };
}

function spoilDatabase(spoil: { before?: () => never; after?: () => "lose" }): Disturb {
  return ({ proxy }, at) => {
    let count = 0;
    const isIt = (kind: string) => kind !== "terminate" && count === at;
    const hook = proxy.intercept({
      before({ kind }) {
        if (kind !== "terminate") count += 1;
        if (isIt(kind)) spoil.before?.();
      },
      after: ({ kind }) => (isIt(kind) ? spoil.after?.() : undefined),
    });
    return {
      get hit() {
        return count >= at;
      },
      [Symbol.dispose]: () => hook[Symbol.dispose](),
    };
  };
}

export const awsDisturbances: Readonly<Record<string, DisturbAws>> = {
  "AWS denies a call and echoes its input": spoilAws({
    before: echo("AccessDeniedException", 400),
  }),
  "AWS fails and echoes the input": spoilAws({ before: echo("InternalServiceError", 500) }),
  "AWS's reply is lost": spoilAws({ after: () => "lose" }),
};

export const disturbances: Readonly<Record<string, Disturb>> = {
  ...awsDisturbances,
  "the database is cut off ahead of a call": spoilDatabase({
    before() {
      throw new Error("cut");
    },
  }),
  "the database's answer is lost": spoilDatabase({ after: () => "lose" }),
};
