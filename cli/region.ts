import { callerRegion } from "../lib/aws/region.ts";
import { UsageError } from "./command-line.ts";

/** @throws UsageError unless the text has the form of a Region: the SDK would make a host name of it */
export function regionOf(text: string): string {
  if (/^[a-z]{2,4}(-[a-z]+)+-\d{1,2}$/.test(text)) return text;
  throw new UsageError(`"${text}" is not an AWS Region (such as eu-central-1).`);
}

/** The Region of whoever calls. @throws UsageError unless there is one */
export async function ownRegion(): Promise<string> {
  const region = process.env["AWS_REGION"] || (await callerRegion());
  if (region) return regionOf(region);
  throw new UsageError("No AWS Region. Set AWS_REGION, or region in your AWS profile.");
}
