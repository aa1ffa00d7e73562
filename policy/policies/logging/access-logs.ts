import { type JudgedResource, type JudgedStack, refersTo } from "../../resource.ts";
import type { StackRule } from "../../rule.ts";
import { recordOf } from "../../values.ts";

const distributionType = "aws:cloudfront/distribution:Distribution";

export const accessLogs: StackRule = {
  name: "access-logs",
  title: "Production records who calls",
  severity: "medium",
  category: "logging",
  scope: "stack",
  description: "Every public load balancer and distribution of production has an access log, or a firewall that logs.",
  rationale: "The application's log starts after the request is understood; attacks are what is not.",
  remediation: "Set accessLogs.enabled and a bucket, or log the requests at the web ACL.",
  controls: ["SOC2 CC7.2", "ISO27001 A.8.15", "NIST AU-2", "NIST AU-12", "GDPR 33(1)"],
  appliesTo: ["aws:alb/loadBalancer:LoadBalancer", distributionType, "aws:lb/loadBalancer:LoadBalancer"],
  environments: ["preProduction", "production"],
  judge: (resource, stack) => {
    const { accessLogs, internal, loggingConfig } = resource.props;
    const logs = resource.type === distributionType ? recordOf(loggingConfig).bucket : recordOf(accessLogs).enabled;
    return logs || internal === true || firewallLogs(resource, stack) ? [] : ["has no access log."];
  },
};

function firewallLogs(resource: JudgedResource, stack: JudgedStack): boolean {
  const acls = stack
    .ofType("aws:wafv2/webAcl:WebAcl")
    .filter(
      (acl) =>
        (resource.type === distributionType && refersTo(resource, "webAclId", acl)) ||
        stack
          .ofType("aws:wafv2/webAclAssociation:WebAclAssociation")
          .some((each) => refersTo(each, "webAclArn", acl) && refersTo(each, "resourceArn", resource)),
    );
  const logging = stack.ofType("aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration");
  return acls.some((acl) => logging.some((each) => refersTo(each, "resourceArn", acl)));
}
