import { dataStoreTypes, securityGroupProperties } from "../../data-stores.ts";
import { namedBy } from "../../relations.ts";
import { type JudgedResource, type JudgedStack, refersTo } from "../../resource.ts";
import type { StackRule } from "../../rule.ts";
import { recordsOf, textsOf } from "../../values.ts";

const group = "aws:ec2/securityGroup:SecurityGroup";
const mixedRule = "aws:ec2/securityGroupRule:SecurityGroupRule";

export const dataIngress: StackRule = {
  name: "data-ingress",
  title: "Data is reached by group, not by address",
  severity: "high",
  category: "isolation",
  scope: "stack",
  description: "The security group of a database or cache lets in other groups, not ranges of addresses.",
  rationale: "A range holds whatever will stand there tomorrow; a group holds the clients that were meant.",
  remediation: "Give referencedSecurityGroupId with the group of the client.",
  controls: ["ISO27001 A.8.22", "SOC2 CC6.6", "NIST SC-7(5)", "NIST AC-4"],
  appliesTo: [group, mixedRule, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"],
  judge: (resource, stack) => {
    const ranges = rangesOf(resource);
    if (ranges.length === 0) return [];
    const guarded = resource.type === group ? [resource] : namedBy(resource, "securityGroupId", stack.ofType(group));
    return storesBehind(guarded, stack).map((store) => `lets ${ranges.join(", ")} reach ${store.name}.`);
  },
};

function rangesOf({ props, type }: JudgedResource): readonly string[] {
  if (type === group) return recordsOf(props.ingress).flatMap(addresses);
  if (type === mixedRule) return props.type === "ingress" ? addresses(props) : [];
  return addresses(props);
}

function addresses(rule: Readonly<Record<string, unknown>>): readonly string[] {
  return ["cidrIpv4", "cidrIpv6", "prefixListId", "cidrBlocks", "ipv6CidrBlocks", "prefixListIds"].flatMap((property) =>
    textsOf(rule[property]),
  );
}

function storesBehind(groups: readonly JudgedResource[], stack: JudgedStack): readonly JudgedResource[] {
  return stack
    .ofType(...dataStoreTypes)
    .filter((store) =>
      groups.some((each) => securityGroupProperties.some((property) => refersTo(store, property, each))),
    );
}
