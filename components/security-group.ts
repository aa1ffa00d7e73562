import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { type AwsArgs, AwsComponent } from "./aws-component.ts";
import { applyTransform, type ComponentOptions, type Transform } from "./component.ts";

export interface SecurityGroupArgs extends AwsArgs {
  readonly vpcId: pulumi.Input<string>;
  /** What it belongs to, a part of its physical name, for example `database`. */
  readonly part: string;
  /** What it is for, in a sentence that consoles show. AWS keeps the first: other words change nothing in a group that stands. */
  readonly description: string;
  readonly transform?: { readonly group?: Transform<aws.ec2.SecurityGroupArgs> };
}

/** Somebody at one end of a connection: another group, or addresses. */
export type Peer =
  | { readonly name: string; readonly group: SecurityGroup }
  /** A group that somebody else made, such as EKS's for nodes; what it lets out is its maker's business. */
  | { readonly name: string; readonly groupId: pulumi.Input<string> }
  | { readonly name: string; readonly cidr: string }
  | { readonly name: string; readonly prefixListId: pulumi.Input<string> };

/**
 * A security group that lets nothing in and nothing out until a connection is named; each rule is a resource of its own, so
 * that one more connection changes no other.
 */
export class SecurityGroup extends AwsComponent<SecurityGroupArgs> {
  readonly id: pulumi.Output<string>;

  constructor(name: string, args: SecurityGroupArgs, opts?: ComponentOptions) {
    super("slipway:index:SecurityGroup", name, args, opts);
    const physical = this.physicalName("securityGroup", args.part);
    const [groupArgs, groupOpts] = applyTransform<aws.ec2.SecurityGroupArgs>(
      args.transform?.group,
      this.childName("group"),
      { name: physical, description: args.description, vpcId: args.vpcId, tags: this.tags(physical) },
      // A change of words would replace the group, which fails: its successor would want the same name beside it.
      { parent: this, ignoreChanges: ["description"] },
    );
    this.id = new aws.ec2.SecurityGroup(this.childName("group"), groupArgs, groupOpts).id;
    this.registerOutputs({ id: this.id });
  }

  /** Lets a peer connect to this group on one TCP port; a peer that is a group gets the matching way out. */
  allowFrom(peer: Peer, port: number): this {
    new aws.vpc.SecurityGroupIngressRule(
      this.childName(`from-${peer.name}-${port}`),
      {
        securityGroupId: this.id,
        ...tcp(port),
        ...endOf(peer, `${peer.name} to ${this.args.part}`),
        tags: this.tags(),
      },
      { parent: this },
    );
    if ("group" in peer) peer.group.allowTo({ name: this.args.part, group: this }, port);
    return this;
  }

  /** Lets this group connect to a peer on one TCP port. */
  allowTo(peer: Peer, port: number): this {
    new aws.vpc.SecurityGroupEgressRule(
      this.childName(`to-${peer.name}-${port}`),
      {
        securityGroupId: this.id,
        ...tcp(port),
        ...endOf(peer, `${this.args.part} to ${peer.name}`),
        tags: this.tags(),
      },
      { parent: this },
    );
    return this;
  }
}

const tcp = (port: number) => ({ ipProtocol: "tcp", fromPort: port, toPort: port });

function endOf(peer: Peer, description: string) {
  if ("group" in peer) return { description, referencedSecurityGroupId: peer.group.id };
  if ("groupId" in peer) return { description, referencedSecurityGroupId: peer.groupId };
  if ("cidr" in peer) return { description, cidrIpv4: peer.cidr };
  return { description, prefixListId: peer.prefixListId };
}
