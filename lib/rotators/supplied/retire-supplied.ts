import type { Retirement, Retiring, StepContext } from "../../rotation/credential.ts";
import { whole } from "../../secret/field.ts";
import type { Access, Provider } from "../key/provider.ts";
import { retireKey } from "../key/retire-key.ts";
import { KeyEnabledAgain } from "../key/task-errors.ts";
import { SuppliedKeyLeft } from "./errors.ts";
import { partsIn, type SuppliedSpec } from "./value.ts";

interface Supplied {
  readonly spec: SuppliedSpec;
  readonly provider: Provider | undefined;
  /** For messages: `the key in api_key`. */
  readonly name: string;
}

/** By its provider where that can, else by a person, who is asked until it is refused, or said to be deleted. */
export async function retireSupplied(
  supplied: Supplied,
  retirement: Retirement,
  at: Access,
  step: StepContext,
): Promise<Retiring | undefined> {
  const { spec, provider, name } = supplied;
  if (!partsIn(retirement.old, spec).has("secret")) return undefined;
  if (!provider) return untilSaid(supplied, retirement, step);
  const owner = { secret: step.secret, field: spec.supply.field };
  const retiring = await retireKey({ spec, provider, owner }, retirement, at, step);
  if (!retiring?.task || retiring.task instanceof KeyEnabledAgain) return retiring;
  return { ...retiring, task: new SuppliedKeyLeft(name, today(step), placeOf(spec, provider)) };
}

/** Nobody can probe it, so a person's word counts: `npm run supply` remembers it where settlement looks. */
function untilSaid(
  { spec, name }: Supplied,
  { refusedSince }: Retirement,
  step: StepContext,
): Retiring | undefined {
  if (refusedSince) return undefined;
  const where = placeOf(spec);
  const { field } = spec.supply;
  const option = field === whole ? "" : ` --field ${field}`;
  const confirm = `npm run supply -- ${step.secret.name}${option} --deleted`;
  return {
    waiting: `a person must delete the old value of ${name} ${where}, and say so: ${confirm}`,
    refused: false,
    task: new SuppliedKeyLeft(name, today(step), where, confirm),
  };
}

const today = ({ now }: Pick<StepContext, "now">) => now().toISOString().slice(0, 10);

function placeOf({ supply: { console } }: SuppliedSpec, provider?: Provider): string {
  const url = console ?? provider?.traits.console;
  return url === undefined ? `at ${provider?.name ?? "its provider"}` : `at ${url}`;
}
