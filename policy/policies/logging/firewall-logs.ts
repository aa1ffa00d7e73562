import { refersTo } from "../../resource.ts";
import type { StackRule } from "../../rule.ts";
import { textOf } from "../../text.ts";
import { recordOf, recordsOf } from "../../values.ts";

/** Headers with which people log in. */
const secret = ["authorization", "cookie"];

export const firewallLogs: StackRule = {
  name: "firewall-logs",
  title: "The firewall records what it decides",
  severity: "medium",
  category: "logging",
  scope: "stack",
  description: "Every web ACL logs and measures its requests, without the headers with which people log in.",
  rationale:
    "Without a log nobody knows what was kept out, or who was wrongly; with those headers the log is a list of sessions.",
  remediation: `Add an aws.wafv2.WebAclLoggingConfiguration that redacts the headers ${secret.join(" and ")}.`,
  controls: ["SOC2 CC7.2", "ISO27001 A.8.15", "ISO27001 A.8.11", "NIST AU-12", "NIST SI-4(4)", "GDPR 25(2)"],
  appliesTo: ["aws:wafv2/webAcl:WebAcl"],
  judge: (acl, stack) => {
    const metrics = recordOf(acl.props.visibilityConfig).cloudwatchMetricsEnabled;
    const logging = stack
      .ofType("aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration")
      .find((each) => refersTo(each, "resourceArn", acl));
    const redacted = recordsOf(logging?.props.redactedFields).map(({ singleHeader }) =>
      textOf(recordOf(singleHeader).name).toLowerCase(),
    );
    return [
      ...(metrics === true ? [] : ["measures nothing."]),
      ...(logging ? [] : ["has no log."]),
      ...(logging
        ? secret.filter((header) => !redacted.includes(header)).map((each) => `logs the header ${each}.`)
        : []),
    ];
  },
};
