import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { type AwsArgs, AwsComponent } from "./aws-component.ts";
import type { ComponentOptions } from "./component.ts";

export interface AccessLogBucketArgs extends AwsArgs {
  /** For how many days requests are kept. */
  readonly retentionDays: number;
  /** Whether the bucket refuses to be deleted; else it goes with what is in it. */
  readonly protect: boolean;
}

/**
 * Where the load balancer writes every request. Encrypted with S3's own keys: the only encryption with which load balancers
 * can write. Nobody outside the account gets in, and only over TLS.
 */
export class AccessLogBucket extends AwsComponent<AccessLogBucketArgs> {
  readonly bucketName: pulumi.Output<string>;

  constructor(name: string, args: AccessLogBucketArgs, opts?: ComponentOptions) {
    super("slipway:index:AccessLogBucket", name, args, opts);
    const bucket = this.createBucket();
    this.keepItPrivate(bucket);
    this.expireOldLogs(bucket);
    this.bucketName = bucket.bucket;
    this.registerOutputs({ bucketName: this.bucketName });
  }

  private createBucket(): aws.s3.Bucket {
    const physical = this.physicalName("bucket", "access-logs");
    const bucket = new aws.s3.Bucket(
      this.childName("bucket"),
      // A bucket's name is unique in the whole world, so AWS completes it.
      { bucketPrefix: `${physical}-`, forceDestroy: !this.args.protect, tags: this.tags(physical) },
      { parent: this, protect: this.args.protect },
    );
    new aws.s3.BucketServerSideEncryptionConfiguration(
      this.childName("encryption"),
      { bucket: bucket.bucket, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] },
      { parent: this },
    );
    return bucket;
  }

  private keepItPrivate(bucket: aws.s3.Bucket): void {
    const block = new aws.s3.BucketPublicAccessBlock(
      this.childName("private"),
      {
        bucket: bucket.bucket,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      },
      { parent: this },
    );
    new aws.s3.BucketPolicy(
      this.childName("policy"),
      { bucket: bucket.bucket, policy: bucket.arn.apply(accessLogPolicy) },
      // S3 refuses two changes of a bucket's access at the same time.
      { parent: this, dependsOn: [block] },
    );
  }

  private expireOldLogs(bucket: aws.s3.Bucket): void {
    new aws.s3.BucketLifecycleConfiguration(
      this.childName("lifecycle"),
      {
        bucket: bucket.bucket,
        rules: [
          {
            id: "expire",
            status: "Enabled",
            filter: { prefix: "" },
            expiration: { days: this.args.retentionDays },
            abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
          },
        ],
      },
      { parent: this },
    );
  }
}

/** Source: Elastic Load Balancing user guide, "Access logs for your Application Load Balancer". */
function accessLogPolicy(bucketArn: string): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "LoadBalancerWrites",
        Effect: "Allow",
        Principal: { Service: "logdelivery.elasticloadbalancing.amazonaws.com" },
        Action: "s3:PutObject",
        Resource: `${bucketArn}/AWSLogs/*`,
      },
      {
        Sid: "OnlyOverTls",
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: [bucketArn, `${bucketArn}/*`],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ],
  });
}
