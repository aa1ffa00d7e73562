import { refersTo } from "../../resource.ts";
import type { StackRule } from "../../rule.ts";
import { textOf } from "../../text.ts";
import { recordOf, recordsOf } from "../../values.ts";

export const bucketKeys: StackRule = {
  name: "bucket-keys",
  title: "Buckets are encrypted with KMS",
  severity: "medium",
  category: "encryption",
  scope: "stack",
  description: "Every bucket of production encrypts its objects with KMS.",
  rationale:
    "S3's own encryption opens to everybody who may read the bucket; KMS asks a second time and records who read.",
  remediation: "Add an aws.s3.BucketServerSideEncryptionConfiguration with sseAlgorithm aws:kms.",
  controls: ["SOC2 CC6.1", "ISO27001 A.8.24", "NIST SC-28(1)", "GDPR 32(1)(a)"],
  appliesTo: ["aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"],
  environments: ["preProduction", "production"],
  judge: (bucket, stack) => {
    const own = recordsOf(bucket.props.serverSideEncryptionConfiguration).flatMap(({ rule }) => recordsOf(rule));
    const others = stack
      .ofType(
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2",
      )
      .filter((each) => refersTo(each, "bucket", bucket))
      .flatMap(({ props }) => recordsOf(props.rules));
    const encrypted = [...own, ...others].some(({ applyServerSideEncryptionByDefault }) =>
      textOf(recordOf(applyServerSideEncryptionByDefault).sseAlgorithm).startsWith("aws:kms"),
    );
    return encrypted ? [] : ["does not encrypt with KMS."];
  },
};
