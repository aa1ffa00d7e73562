import { type Statement, statementName, statementsOf } from "../../iam.ts";
import type { ResourceRule } from "../../rule.ts";
import { textOf } from "../../text.ts";

export const endpointPolicies: ResourceRule = {
  name: "endpoint-policies",
  title: "VPC endpoints have a policy",
  severity: "medium",
  category: "exposure",
  description: "A VPC endpoint admits own principals or own resources, not everything.",
  rationale:
    "By an open endpoint stolen data leaves for a stranger's bucket without passing the internet, or any rule for it.",
  remediation: "Set a policy with a condition on aws:PrincipalAccount or aws:ResourceAccount.",
  controls: ["SOC2 CC6.6", "SOC2 CC6.7", "ISO27001 A.8.12", "NIST AC-4", "NIST SC-7(5)"],
  appliesTo: ["aws:ec2/vpcEndpoint:VpcEndpoint", "aws:ec2/vpcEndpointPolicy:VpcEndpointPolicy"],
  environments: ["staging", "preProduction", "production"],
  judge: ({ props }) => {
    // Endpoints of others' services, and of load balancers, take no policy.
    const { policy, serviceName, vpcEndpointType } = props;
    const isOfAws = serviceName === undefined || /^(com\.amazonaws|aws)\./.test(textOf(serviceName));
    if (!isOfAws || vpcEndpointType === "GatewayLoadBalancer") return [];
    if (policy === undefined) return ["admits everything, by the default policy."];
    return statementsOf(policy).flatMap((statement, index) =>
      admitsEverything(statement) ? [`admits everything by ${statementName(statement, index)}.`] : [],
    );
  },
};

function admitsEverything({ actions, allows, conditions, notActions, notResources, resources }: Statement): boolean {
  const anyAction = notActions.length > 0 || actions.some((action) => /^(\*|[\w-]+:\*)$/.test(action));
  const anyResource = notResources.length > 0 || resources.includes("*");
  return allows && anyAction && anyResource && conditions.length === 0;
}
