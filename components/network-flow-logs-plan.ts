/*
 * The two policies of the role that writes flow logs. Source: Amazon VPC user guide, "IAM role for publishing flow logs to
 * CloudWatch Logs".
 */

/** Only flow logs of this account and region may take the role. */
export function flowLogTrust(region: string, accountId: string): string {
  return policy({
    Principal: { Service: "vpc-flow-logs.amazonaws.com" },
    Action: "sts:AssumeRole",
    Condition: {
      StringEquals: { "aws:SourceAccount": accountId },
      ArnLike: { "aws:SourceArn": `arn:*:ec2:${region}:${accountId}:vpc-flow-log/*` },
    },
  });
}

/** The role may write to one log group. */
export function flowLogWriter(groupArn: string): string {
  return policy({
    Action: ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogGroups", "logs:DescribeLogStreams"],
    Resource: [groupArn, `${groupArn}:*`],
  });
}

const policy = (statement: object) =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", ...statement }] });
