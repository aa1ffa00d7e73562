import { type Statement, statementsOf } from "../../iam.ts";
import { refersTo } from "../../resource.ts";
import type { StackRule } from "../../rule.ts";

/** The property by which each type of policy names what it is of. */
const policies: Readonly<Record<string, string>> = {
  "aws:s3/bucketPolicy:BucketPolicy": "bucket",
  "aws:sns/topicPolicy:TopicPolicy": "arn",
  "aws:sqs/queuePolicy:QueuePolicy": "queueUrl",
};

export const requestsOverTls: StackRule = {
  name: "requests-over-tls",
  title: "Buckets, topics and queues refuse requests without TLS",
  severity: "medium",
  category: "encryption",
  scope: "stack",
  description: "The policy of every bucket, topic and queue denies requests without TLS.",
  rationale:
    "Their endpoints answer plain HTTP too, and a client that is set up wrongly sends data and credentials in the clear.",
  remediation: "Add a statement that denies everybody where aws:SecureTransport is false.",
  controls: ["SOC2 CC6.7", "ISO27001 A.8.24", "CIS-AWS 2.1.1", "NIST SC-8(1)", "GDPR 32(1)(a)"],
  appliesTo: ["aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2", "aws:sns/topic:Topic", "aws:sqs/queue:Queue"],
  environments: ["staging", "preProduction", "production"],
  judge: (resource, stack) => {
    const documents = stack
      .ofType(...Object.keys(policies))
      .filter((each) => refersTo(each, policies[each.type] ?? "", resource))
      .map(({ props }) => props.policy);
    const denies = [resource.props.policy, ...documents].flatMap(statementsOf).some(deniesPlainHttp);
    return denies ? [] : ["answers requests without TLS."];
  },
};

function deniesPlainHttp({ allows, conditions, principals }: Statement): boolean {
  return (
    !allows &&
    Object.values(principals).flat().includes("*") &&
    conditions.length === 1 &&
    conditions.some(
      ({ key, operator, values }) =>
        /^Bool/.test(operator) && key.toLowerCase() === "aws:securetransport" && values.includes("false"),
    )
  );
}
