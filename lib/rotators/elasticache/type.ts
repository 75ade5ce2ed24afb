import { aclType } from "../acl-users/type.ts";

export const type = aclType({
  name: "elasticache",
  title: "ElastiCache",
  user: "The id of the ElastiCache user, which may differ from the name with which it logs in. Required.",
  actions: ["elasticache:DescribeUsers", "elasticache:ModifyUser"],
  resource: "user:",
  rotator: async () => (await import("./rotator.ts")).rotator,
});
