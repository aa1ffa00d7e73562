import { createHash } from "node:crypto";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type AwsArgs, AwsComponent } from "./aws-component.ts";
import { applyTransform, type ComponentOptions, type Transform } from "./component.ts";

export interface AlarmTopicArgs extends AwsArgs {
  /** The key that messages are encrypted with at rest; its policy must let CloudWatch, Budgets and Backup use it. */
  readonly keyArn: pulumi.Input<string>;
  /** Mail addresses; each gets a mail from AWS and hears nothing until its owner confirms. */
  readonly subscribers: readonly string[];
  readonly transform?: { readonly topic?: Transform<aws.sns.TopicArgs> };
}

/** Who may publish: the services whose alarms come here. */
const publishers = ["cloudwatch.amazonaws.com", "budgets.amazonaws.com", "backup.amazonaws.com"];

/** Where the stack's alarms go: an encrypted topic on which only this account's alarms may speak, over TLS alone. */
export class AlarmTopic extends AwsComponent<AlarmTopicArgs> {
  /** Known once the topic's policy is in place, so that what publishes here may. */
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: AlarmTopicArgs, opts?: ComponentOptions) {
    super("slipway:index:AlarmTopic", name, args, opts);
    const topic = this.createTopic();
    const policy = this.createPolicy(topic.arn);
    for (const address of new Set(args.subscribers)) this.subscribe(topic.arn, address);
    this.arn = pulumi.all([topic.arn, policy.id]).apply(([arn]) => arn);
    this.registerOutputs({ arn: this.arn });
  }

  private createTopic(): aws.sns.Topic {
    const physical = this.physicalName("snsTopic", "alarms");
    const [args, opts] = applyTransform<aws.sns.TopicArgs>(
      this.args.transform?.topic,
      this.childName("topic"),
      { name: physical, kmsMasterKeyId: this.args.keyArn, signatureVersion: 2, tags: this.tags(physical) },
      { parent: this },
    );
    return new aws.sns.Topic(this.childName("topic"), args, opts);
  }

  private createPolicy(arn: pulumi.Output<string>): aws.sns.TopicPolicy {
    return new aws.sns.TopicPolicy(
      this.childName("policy"),
      { arn, policy: arn.apply((topicArn) => JSON.stringify(topicPolicy(topicArn))) },
      { parent: this },
    );
  }

  private subscribe(topic: pulumi.Output<string>, address: string): void {
    // By a hash: an address is no resource name, and a list's position would move when another leaves.
    const part = `mail-${createHash("sha256").update(address).digest("hex").slice(0, 8)}`;
    new aws.sns.TopicSubscription(
      this.childName(part),
      { topic, protocol: "email", endpoint: address },
      { parent: this },
    );
  }
}

/** The account stands in the topic's own ARN, so that no look-up is needed. */
function topicPolicy(arn: string) {
  const account = arn.split(":")[4];
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "AlarmsOfThisAccount",
        Effect: "Allow",
        Principal: { Service: publishers },
        Action: "sns:Publish",
        Resource: arn,
        Condition: { StringEquals: { "aws:SourceAccount": account } },
      },
      {
        Sid: "OnlyOverTls",
        Effect: "Deny",
        Principal: "*",
        Action: "sns:Publish",
        Resource: arn,
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ],
  };
}
