import type { ResourceRule } from "../../rule.ts";
import { textOf } from "../../text.ts";
import { recordsOf } from "../../values.ts";

const blockTypes = [
  "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock",
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
];
const switches = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"];

export const publicBuckets: ResourceRule = {
  name: "public-buckets",
  title: "Buckets are private",
  severity: "critical",
  category: "exposure",
  description: "No bucket has its block of public access opened, or is public by its ACL.",
  rationale: "Whatever lies in a public bucket is listed, copied and indexed by strangers.",
  remediation:
    "Set all four switches of the public access block to true and the ACL to private; publish by CloudFront.",
  controls: ["CIS-AWS 2.1.4", "SOC2 CC6.1", "ISO27001 A.8.3", "ISO27001 A.8.12", "NIST AC-3", "GDPR 5(1)(f)"],
  appliesTo: [
    ...blockTypes,
    "aws:s3/bucket:Bucket",
    "aws:s3/bucketAcl:BucketAcl",
    "aws:s3/bucketAclV2:BucketAclV2",
    "aws:s3/bucketV2:BucketV2",
  ],
  judge: ({ props, type }) => {
    // S3 blocks public access to new buckets; a block that is written down opens whatever it leaves out.
    if (blockTypes.includes(type))
      return switches.filter((each) => props[each] !== true).map((each) => `opens public access: ${each} is not set.`);
    const isPublic =
      /^public-|^authenticated-read$/.test(textOf(props.acl)) ||
      recordsOf(props.grants).some(({ uri }) => /AllUsers|AuthenticatedUsers/.test(textOf(uri)));
    return isPublic ? ["is open to everybody by its ACL."] : [];
  },
  remediate: ({ props, type }) =>
    blockTypes.includes(type) && switches.some((each) => props[each] !== true)
      ? { ...props, ...Object.fromEntries(switches.map((each) => [each, true])) }
      : undefined,
};
