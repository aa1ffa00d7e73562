import type { ResourceRule } from "../../rule.ts";

/** Deprecated at the end of 2026: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html */
const deprecated =
  /^(nodejs|nodejs([468]|10|12|14|16|18|20)\..*|python(2\.7|3\.[6-9]|3\.10)|java8|dotnet[5-8]|dotnet5\.0|dotnetcore.*|go1\.x|provided|provided\.al2|ruby2\..*|ruby3\.2)$/;

export const lambdaRuntimes: ResourceRule = {
  name: "lambda-runtimes",
  title: "Supported Lambda runtimes",
  severity: "high",
  category: "supply chain",
  description: "A Lambda function runs on a runtime that AWS still patches.",
  rationale: "A deprecated runtime gets no fixes, and later the function can be neither changed nor mended.",
  remediation: "Move the function to the newest runtime of its language.",
  controls: ["SOC2 CC7.1", "ISO27001 A.8.8", "NIST SA-22", "NIST SI-2"],
  appliesTo: ["aws:lambda/function:Function"],
  judge: ({ props }) =>
    typeof props.runtime === "string" && deprecated.test(props.runtime)
      ? [`runs on ${props.runtime}, which AWS no longer patches.`]
      : [],
};
