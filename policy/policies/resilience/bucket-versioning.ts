import { refersTo } from "../../resource.ts";
import type { StackRule } from "../../rule.ts";
import { recordOf } from "../../values.ts";

export const bucketVersioning: StackRule = {
  name: "bucket-versioning",
  title: "Buckets keep versions",
  severity: "medium",
  category: "resilience",
  scope: "stack",
  description: "Every bucket keeps the versions of its objects.",
  rationale: "S3 overwrites and deletes at once and for good: one wrong sync, or one intruder, is enough.",
  remediation: "Add an aws.s3.BucketVersioning with the status Enabled.",
  controls: ["SOC2 A1.2", "ISO27001 A.8.13", "NIST CP-9", "NIST SI-12"],
  appliesTo: ["aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"],
  environments: ["staging", "preProduction", "production"],
  judge: (bucket, stack) => {
    const { bucket: name, versioning } = bucket.props;
    if (recordOf(versioning).enabled === true) return [];
    const kept = stack
      .ofType("aws:s3/bucketVersioning:BucketVersioning", "aws:s3/bucketVersioningV2:BucketVersioningV2")
      .some(
        (each) =>
          (refersTo(each, "bucket", bucket) || (typeof name === "string" && each.props.bucket === name)) &&
          recordOf(each.props.versioningConfiguration).status === "Enabled",
      );
    return kept ? [] : ["keeps no versions of its objects."];
  },
};
