import { ingressType, viewOf } from "../../ingress.ts";
import { type JudgedResource, type JudgedStack, refersTo } from "../../resource.ts";
import type { StackRule } from "../../rule.ts";

export const firewall: StackRule = {
  name: "firewall",
  title: "A firewall stands before production",
  severity: "high",
  category: "exposure",
  scope: "stack",
  description: "Every public load balancer and distribution of production has a web ACL of AWS WAF.",
  rationale: "Floods, and attacks on flaws that are published today, reach the application before it can be mended.",
  remediation: "Associate an aws.wafv2.WebAcl; an Ingress names it in the annotation wafv2-acl-arn.",
  controls: ["SOC2 CC6.6", "ISO27001 A.8.20", "ISO27001 A.8.7", "NIST SC-5", "NIST SC-7", "GDPR 32(1)(b)"],
  appliesTo: [
    "aws:alb/loadBalancer:LoadBalancer",
    "aws:cloudfront/distribution:Distribution",
    "aws:lb/loadBalancer:LoadBalancer",
    ingressType,
  ],
  environments: ["preProduction", "production"],
  judge: (resource, stack) => (isOpen(resource, stack) ? ["has no firewall."] : []),
};

function isOpen(resource: JudgedResource, stack: JudgedStack): boolean {
  if (resource.type === ingressType) {
    const { alb, isAlb, isInternetFacing, parameters } = viewOf(resource, stack);
    return isAlb && isInternetFacing && !alb["wafv2-acl-arn"] && !parameters.wafv2AclArn;
  }
  const { internal, loadBalancerType = "application", webAclId } = resource.props;
  if (resource.type === "aws:cloudfront/distribution:Distribution") return !webAclId;
  // WAF stands before no other kinds.
  if (internal === true || loadBalancerType !== "application") return false;
  return !stack
    .ofType("aws:wafv2/webAclAssociation:WebAclAssociation")
    .some((each) => refersTo(each, "resourceArn", resource));
}
