import type { ResourceRule } from "../../rule.ts";

export const functionUrls: ResourceRule = {
  name: "function-urls",
  title: "Functions ask who calls",
  severity: "high",
  category: "exposure",
  description: "The URL of a Lambda function takes signed requests alone.",
  rationale:
    "Anybody runs the function, as often as they like, with the permissions of its role and at the account's cost.",
  remediation: "Set authorizationType to AWS_IAM, or publish the function behind a load balancer.",
  controls: ["SOC2 CC6.1", "SOC2 CC6.6", "ISO27001 A.8.5", "NIST AC-3", "NIST AC-14"],
  appliesTo: ["aws:lambda/functionUrl:FunctionUrl"],
  judge: ({ props }) => (props.authorizationType === "AWS_IAM" ? [] : ["lets anybody call the function."]),
};
