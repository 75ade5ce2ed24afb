import { regionOf } from "./names.ts";
import type { Path, Source } from "./source.ts";

export type RegionGuard = (path: Path, nameOrArn: string) => void;

/** Secrets Manager, its functions and the clusters that they roll are of one Region; a name is of any. */
export function regionGuard(source: Source): RegionGuard {
  let first: { region: string; path: Path } | undefined;
  return (path, arn) => {
    const region = regionOf(arn);
    if (region === undefined) return;
    first ??= { region, path };
    if (region !== first.region)
      source.complain(
        path,
        `is in ${region}, but ${first.path.map(String).join(".")} is in ${first.region}: what one deployment rotates is in one Region; use a stage of its own for the other`,
      );
  };
}
