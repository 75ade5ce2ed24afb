import { aclType } from "../acl-users/type.ts";

export const type = aclType({
  name: "memorydb",
  title: "MemoryDB",
  user: "The name of the MemoryDB user. Required.",
  actions: ["memorydb:DescribeUsers", "memorydb:UpdateUser"],
  resource: "user/",
  rotator: async () => (await import("./rotator.ts")).rotator,
});
