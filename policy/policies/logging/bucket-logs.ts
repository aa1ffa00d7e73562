import { refersTo } from "../../resource.ts";
import type { StackRule } from "../../rule.ts";

const loggingTypes = ["aws:s3/bucketLogging:BucketLogging", "aws:s3/bucketLoggingV2:BucketLoggingV2"];

export const bucketLogs: StackRule = {
  name: "bucket-logs",
  title: "Buckets record who reads them",
  severity: "low",
  category: "logging",
  scope: "stack",
  description: "Every bucket of production has an access log, but for those that receive one.",
  rationale: "After a leak the question is what was read, and by whom; without a record the answer is everything.",
  remediation: "Add an aws.s3.BucketLogging with another bucket as its target.",
  controls: ["CIS-AWS 3.9", "CIS-AWS 3.4", "SOC2 CC7.2", "ISO27001 A.8.15", "NIST AU-12", "GDPR 33(1)"],
  appliesTo: ["aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"],
  environments: ["preProduction", "production"],
  judge: (bucket, stack) => {
    if (bucket.props.logging) return [];
    const logging = stack.ofType(...loggingTypes);
    const logs = logging.some((each) => refersTo(each, "bucket", bucket) || refersTo(each, "targetBucket", bucket));
    return logs ? [] : ["has no access log."];
  },
};
