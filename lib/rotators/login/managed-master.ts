import type { Grants } from "../../manifest/grant.ts";
import { secretNameOf } from "../../secret/arn.ts";
import type { LoginSpec } from "./login.ts";

/** The databases whose master passwords RDS keeps itself. */
export interface ManagedMasters {
  /**
   * Where the database is whose master password is in this secret; `undefined`: there is none in this account and Region.
   * @param secret its name or ARN
   */
  whereIs(
    secret: string,
    signal: AbortSignal,
  ): Promise<{ readonly host: string; readonly port: number } | undefined>;
}

/** The rotator that knows them. */
const rotatorOfMasters = "rds-master";

/** Of `rds!db-…` and `rds!cluster-…`; such secrets hold a user and a password, and nothing else (RDS user guide). */
const kindOf = (secret: string) => /^rds!(db|cluster)-/.exec(secretNameOf(secret))?.[1];

type Administered = Pick<LoginSpec, "admin">;

/** Whether the administrator's host is only known to RDS. */
const isLookedUp = ({ admin }: Administered): boolean =>
  admin !== undefined && admin.host === undefined && kindOf(admin.secret) !== undefined;

/** The rotator that a login uses for its administrator, if any. */
export const usesOf = (spec: Administered): Pick<LoginSpec, "uses"> =>
  isLookedUp(spec) ? { uses: rotatorOfMasters } : {};

/** The rights that looking an administrator's host up takes. */
export function lookUpGrants(spec: Administered): Grants {
  if (!isLookedUp(spec)) return { rotate: [], retire: [] };
  const isCluster = kindOf(spec.admin?.secret ?? "") === "cluster";
  const [action, resource] = isCluster
    ? ["rds:DescribeDBClusters", "cluster"]
    : ["rds:DescribeDBInstances", "db"];
  const look = {
    actions: [action],
    resources: [`arn:\${AWS::Partition}:rds:\${AWS::Region}:\${AWS::AccountId}:${resource}:*`],
    why: "Which database's master password a secret holds shows in the list of all databases alone.",
  };
  return { rotate: [look], retire: [look] };
}
