import type { Grants } from "../../manifest/grant.ts";
import type { MasterSpec } from "./spec.ts";

/** The rights that rotating this one master user takes; retiring logs in, and calls nothing of RDS. */
export function grants({ database: { kind, id } }: MasterSpec): Grants {
  const [noun, resource] = kind === "cluster" ? ["DBCluster", "cluster"] : ["DBInstance", "db"];
  return {
    rotate: [
      {
        actions: [`rds:Describe${noun}s`, `rds:Modify${noun}`],
        resources: [
          `arn:\${AWS::Partition}:rds:\${AWS::Region}:\${AWS::AccountId}:${resource}:${id}`,
        ],
      },
    ],
    retire: [],
  };
}
