import { arn } from "./cloudformation.ts";
import { type Deployment, functionArn } from "./deployment.ts";
import type { Statement } from "./grants.ts";

const onInterfaces = [
  "ec2:DeleteNetworkInterface",
  "ec2:AssignPrivateIpAddresses",
  "ec2:UnassignPrivateIpAddresses",
];

/**
 * What Lambda does in this role's name to join a VPC (developer guide, "Required IAM permissions" for VPCs);
 * the function's own code may do none of it.
 */
export function joinVpc(deployment: Deployment, name: string): Statement[] {
  const { network } = deployment;
  if (!network) return [];
  return [
    {
      actions: ["ec2:CreateNetworkInterface"],
      resources: [
        ...network.subnetIds.map((id) => arn("ec2", `subnet/${id}`)),
        ...network.securityGroupIds.map((id) => arn("ec2", `security-group/${id}`)),
        arn("ec2", "network-interface/*"),
      ],
      why: "The interface that is made has no id yet.",
    },
    {
      actions: onInterfaces,
      resources: [arn("ec2", "network-interface/*")],
      why: "Lambda makes the interfaces, so that their ids are not known; its developer guide asks for all of them.",
    },
    {
      actions: ["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"],
      resources: ["*"],
      why: "These actions take no resource (service authorization reference of Amazon EC2).",
    },
    {
      effect: "Deny",
      actions: [
        "ec2:CreateNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSubnets",
        ...onInterfaces,
      ],
      resources: ["*"],
      condition: { ArnEquals: { "lambda:SourceFunctionArn": functionArn(deployment, name) } },
      why: "It denies: the function's own code may touch no network interface at all.",
    },
  ];
}
