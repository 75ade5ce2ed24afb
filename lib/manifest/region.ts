import { regionOf } from "./names.ts";
import type { Path } from "./remark.ts";
import type { Source } from "./source.ts";

export type RegionGuard = (path: Path, nameOrArn: string) => void;

/** Secrets, their rotation functions and the clusters that settlement rolls are in one Region. A name is in any. */
export function regionGuard(source: Source): RegionGuard {
  let first: { region: string; path: Path } | undefined;
  return (path, arn) => {
    const region = regionOf(arn);
    if (region === undefined) return;
    first ??= { region, path };
    if (region !== first.region)
      source.complain(
        path,
        `is in ${region}, but ${first.path.map(String).join(".")} is in ${first.region}: one deployment rotates in one Region; use another stage for the other Region`,
      );
  };
}
