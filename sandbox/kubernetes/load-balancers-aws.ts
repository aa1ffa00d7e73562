import {
  AddListenerCertificatesCommand,
  AddTagsCommand,
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  DeleteListenerCommand,
  DeleteLoadBalancerCommand,
  DeleteTargetGroupCommand,
  DescribeListenerCertificatesCommand,
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeTagsCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
  type Listener,
  type LoadBalancer,
  ModifyListenerCommand,
  ModifyLoadBalancerAttributesCommand,
  RemoveListenerCertificatesCommand,
  SetSecurityGroupsCommand,
  SetSubnetsCommand,
  type TargetGroup,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { actionsOf, ensureRules } from "./load-balancers-aws-rules.ts";
import { ensureTargetGroup } from "./load-balancers-aws-targets.ts";
import { ensureSecurityGroup, removeSecurityGroups, stacksWithGroups, subnetsFor } from "./load-balancers-network.ts";
import type { PlannedLoadBalancer } from "./load-balancers-plan.ts";
import type { PlannedListener } from "./load-balancers-rules.ts";
import { LocalAws, type LocalAwsPlace } from "./local-aws.ts";

const clusterTag = "eks:eks-cluster-name";
const stackTag = "ingress.eks.amazonaws.com/stack";
const resourceTag = "ingress.eks.amazonaws.com/resource";
/** DescribeTags takes 20 at once. */
const tagsAtOnce = 20;

interface Tagged<Thing> {
  readonly thing: Thing;
  readonly arn: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** What there is in AWS of a cluster's Ingresses. */
export interface Observed {
  readonly balancers: readonly Tagged<LoadBalancer>[];
  readonly groups: readonly Tagged<TargetGroup>[];
}

/** The load balancers of one cluster, in the local AWS. All of it is known by its tags, so nothing has to be remembered. */
export class LoadBalancersInAws {
  readonly client: ElasticLoadBalancingV2Client;
  private readonly aws: LocalAws;
  private readonly clusterName: string;

  constructor(place: LocalAwsPlace, clusterName: string) {
    const credentials = { accessKeyId: place.account, secretAccessKey: "sandbox" };
    this.client = new ElasticLoadBalancingV2Client({ endpoint: place.endpoint, region: place.region, credentials });
    this.aws = new LocalAws(place);
    this.clusterName = clusterName;
  }

  /** Everything of this cluster. */
  async observe(): Promise<Observed> {
    const { LoadBalancers = [] } = await this.client.send(new DescribeLoadBalancersCommand({}));
    const { TargetGroups = [] } = await this.client.send(new DescribeTargetGroupsCommand({}));
    const balancers = await this.ofCluster(LoadBalancers, ({ LoadBalancerArn }) => LoadBalancerArn ?? "");
    const groups = await this.ofCluster(TargetGroups, ({ TargetGroupArn }) => TargetGroupArn ?? "");
    return { balancers, groups };
  }

  /** Makes a load balancer be as planned. @returns its name in the DNS, and the target groups' ARNs by their keys */
  async apply(
    planned: PlannedLoadBalancer,
    observed: Observed,
    vpcId: string,
  ): Promise<{ readonly hostname: string; readonly groups: ReadonlyMap<string, string> }> {
    const subnets = await subnetsFor(this.aws, vpcId, planned);
    const groups = new Map<string, string>();
    for (const group of planned.targetGroups) {
      const there = observed.groups.find(
        ({ tags }) => tags[stackTag] === planned.stack && tags[resourceTag] === group.key,
      );
      groups.set(group.key, await ensureTargetGroup(this.client, group, vpcId, there?.thing));
    }
    const { arn, hostname } = await this.ensureBalancer(planned, observed, vpcId, subnets);
    await this.ensureListeners(planned.listeners, arn, groups);
    await this.ensureWebAcl(planned.webAcl, arn);
    for (const { arn: group, tags } of observed.groups) {
      const isOld = tags[stackTag] === planned.stack && !groups.has(tags[resourceTag] ?? "");
      if (isOld) await this.client.send(new DeleteTargetGroupCommand({ TargetGroupArn: group }));
    }
    return { hostname, groups };
  }

  /** Removes what belongs to stacks that nobody asks for (any more). */
  async removeOthers(stacks: ReadonlySet<string>, observed: Observed): Promise<void> {
    const isOther = ({ tags }: { tags: Readonly<Record<string, string>> }) => !stacks.has(tags[stackTag] ?? "");
    for (const { arn } of observed.balancers.filter(isOther))
      await this.client.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: arn }));
    for (const { arn } of observed.groups.filter(isOther))
      await this.client.send(new DeleteTargetGroupCommand({ TargetGroupArn: arn }));
    for (const stack of await stacksWithGroups(this.aws, this.clusterName)) {
      if (!stacks.has(stack))
        await removeSecurityGroups(this.aws, { [clusterTag]: this.clusterName, [stackTag]: stack });
    }
  }

  private async ofCluster<Thing>(things: readonly Thing[], arnOf: (thing: Thing) => string): Promise<Tagged<Thing>[]> {
    const found: Tagged<Thing>[] = [];
    for (let first = 0; first < things.length; first += tagsAtOnce) {
      const some = things.slice(first, first + tagsAtOnce);
      const { TagDescriptions = [] } = await this.client.send(
        new DescribeTagsCommand({ ResourceArns: some.map(arnOf) }),
      );
      for (const thing of some) {
        const arn = arnOf(thing);
        const described = TagDescriptions.find(({ ResourceArn }) => ResourceArn === arn)?.Tags ?? [];
        const tags = Object.fromEntries(described.map(({ Key = "", Value = "" }) => [Key, Value]));
        if (tags[clusterTag] === this.clusterName) found.push({ thing, arn, tags });
      }
    }
    return found;
  }

  private async ensureBalancer(
    planned: PlannedLoadBalancer,
    observed: Observed,
    vpcId: string,
    Subnets: string[],
  ): Promise<{ arn: string; hostname: string }> {
    let there = observed.balancers.find(({ tags }) => tags[stackTag] === planned.stack);
    // Neither can be changed; the new one gets another address.
    if (there && (there.thing.LoadBalancerName !== planned.name || there.thing.Scheme !== planned.scheme)) {
      await this.client.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: there.arn }));
      there = undefined;
    }
    const SecurityGroups = [await ensureSecurityGroup(this.aws, vpcId, planned)];
    const Tags = Object.entries(planned.tags).map(([Key, Value]) => ({ Key, Value }));
    let balancer = there?.thing;
    if (!balancer) {
      const { ipAddressType: IpAddressType, name: Name, scheme: Scheme } = planned;
      const wanted = {
        Name,
        Scheme,
        Subnets,
        SecurityGroups,
        Tags,
        IpAddressType: IpAddressType as "ipv4",
        Type: "application" as const,
      };
      balancer = (await this.client.send(new CreateLoadBalancerCommand(wanted))).LoadBalancers?.[0];
    }
    const arn = balancer?.LoadBalancerArn ?? "";
    if (there) {
      await this.client.send(new AddTagsCommand({ ResourceArns: [arn], Tags }));
      const zones = (there.thing.AvailabilityZones ?? []).map(({ SubnetId = "" }) => SubnetId).toSorted();
      if (zones.join() !== Subnets.join())
        await this.client.send(new SetSubnetsCommand({ LoadBalancerArn: arn, Subnets }));
      if (there.thing.SecurityGroups?.join() !== SecurityGroups.join())
        await this.client.send(new SetSecurityGroupsCommand({ LoadBalancerArn: arn, SecurityGroups }));
    }
    const Attributes = Object.entries(planned.attributes).map(([Key, Value]) => ({ Key, Value }));
    if (Attributes.length > 0)
      await this.client.send(new ModifyLoadBalancerAttributesCommand({ LoadBalancerArn: arn, Attributes }));
    return { arn, hostname: balancer?.DNSName ?? "" };
  }

  private async ensureListeners(
    planned: readonly PlannedListener[],
    LoadBalancerArn: string,
    groups: ReadonlyMap<string, string>,
  ): Promise<void> {
    const { Listeners = [] } = await this.client.send(new DescribeListenersCommand({ LoadBalancerArn }));
    for (const { ListenerArn } of Listeners.filter(({ Port }) => !planned.some(({ port }) => port === Port)))
      await this.client.send(new DeleteListenerCommand({ ListenerArn }));
    for (const listener of planned) {
      const there = Listeners.find(({ Port }) => Port === listener.port);
      const arn = await this.ensureListener(listener, LoadBalancerArn, groups, there);
      await this.ensureCertificates(listener, arn);
      await ensureRules(this.client, arn, listener.rules, groups);
    }
  }

  private async ensureListener(
    { certificates, otherwise, port, protocol, sslPolicy }: PlannedListener,
    LoadBalancerArn: string,
    groups: ReadonlyMap<string, string>,
    there: Listener | undefined,
  ): Promise<string> {
    const wanted = {
      Port: port,
      Protocol: protocol,
      SslPolicy: sslPolicy,
      Certificates: certificates.slice(0, 1).map((CertificateArn) => ({ CertificateArn })),
      DefaultActions: actionsOf(otherwise, groups),
    };
    if (there?.ListenerArn) {
      await this.client.send(new ModifyListenerCommand({ ListenerArn: there.ListenerArn, ...wanted }));
      return there.ListenerArn;
    }
    const { Listeners = [] } = await this.client.send(new CreateListenerCommand({ LoadBalancerArn, ...wanted }));
    return Listeners[0]?.ListenerArn ?? "";
  }

  private async ensureCertificates({ certificates, protocol }: PlannedListener, ListenerArn: string): Promise<void> {
    if (protocol !== "HTTPS") return;
    const { Certificates = [] } = await this.client.send(new DescribeListenerCertificatesCommand({ ListenerArn }));
    const there = Certificates.filter(({ IsDefault }) => !IsDefault).map(({ CertificateArn = "" }) => CertificateArn);
    const further = certificates.slice(1);
    const of = (arns: readonly string[]) => arns.map((CertificateArn) => ({ CertificateArn }));
    const added = further.filter((arn) => !there.includes(arn));
    const gone = there.filter((arn) => !further.includes(arn));
    if (added.length > 0)
      await this.client.send(new AddListenerCertificatesCommand({ ListenerArn, Certificates: of(added) }));
    if (gone.length > 0)
      await this.client.send(new RemoveListenerCertificatesCommand({ ListenerArn, Certificates: of(gone) }));
  }

  /** As the controller does, one that is not asked for any more stays until "none" is asked for. */
  private async ensureWebAcl(webAcl: string | undefined, ResourceArn: string): Promise<void> {
    if (webAcl === "none") await this.aws.waf("DisassociateWebACL", { ResourceArn });
    else if (webAcl) await this.aws.waf("AssociateWebACL", { ResourceArn, WebACLArn: webAcl });
  }
}
