import type { Failure } from "../errors.ts";
import type { Supply } from "../manifest/type.ts";
import { FindingError } from "./finding-error.ts";

/** What a person has to supply. */
export interface SupplyDetails extends Supply {
  /** The secret's name. */
  readonly secret: string;
  /** When it was supplied last, and by when the next one is due, for people. */
  readonly from: string;
  readonly due: string;
}

const next =
  "it reminds you 7 days and 1 day ahead, and daily after the date, until the key is supplied. You get one message when it is.";

/** A key that a person makes is to be replaced soon, or should have been. */
export class SupplyDue extends FindingError {
  override readonly next = next;

  /** @param left days until then; 0 or less: it has passed */
  constructor(details: SupplyDetails, left: number) {
    super({ code: "SUPPLY_DUE", subject: details.field, ...textOf(details, left) });
  }
}

/** It is still to be replaced. Nothing is told when the next reminder takes its place. */
export class SupplyReminder extends FindingError {
  override readonly next = next;
  /** When it became due. */
  readonly since: Date;

  /** @param left days until the key is due; 0 or less: that has passed */
  constructor(details: SupplyDetails, left: number, since: Date) {
    super({
      code: "SUPPLY_REMINDER",
      lasting: true,
      subject: `${details.field}, ${left > 1 ? `${left} days ahead` : left === 1 ? "a day ahead" : `day ${1 - left} over`}`,
      ...textOf(details, left),
    });
    this.since = since;
  }
}

function textOf(
  { secret, field, console, from, due }: SupplyDetails,
  left: number,
): Pick<Failure, "happened" | "remedy"> {
  const what = field === "" ? "The key" : `The key in ${field}`;
  const is =
    left > 0
      ? `is to be replaced by ${due}, in ${left === 1 ? "a day" : `${left} days`}`
      : `should have been replaced by ${due}`;
  const where = console === undefined ? "at its provider" : `at ${console}`;
  const option = field === "" ? "" : ` --field ${field}`;
  return {
    happened: `${what} of ${secret} ${is}: it was supplied on ${from}, or has been there since then.`,
    remedy: `Make a new one ${where}, and hand it over in the repository of rotation.yml: npm run supply -- ${secret}${option}`,
  };
}
