import type { Cases } from "../support/cases.ts";
import { on } from "../support/on.ts";

const anywhere = "0.0.0.0/0";
const inbound = on("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule");
const outbound = on("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule");
const oldRule = on("aws:ec2/securityGroupRule:SecurityGroupRule");
const group = on("aws:ec2/securityGroup:SecurityGroup");
const acl = on("aws:ec2/networkAcl:NetworkAcl");
const aclRule = on("aws:ec2/networkAclRule:NetworkAclRule");
const vpc = on("aws:ec2/vpc:Vpc");
const subnet = on("aws:ec2/subnet:Subnet");
const machine = on("aws:ec2/instance:Instance");
const template = on("aws:ec2/launchTemplate:LaunchTemplate");
const service = on("aws:ecs/service:Service");
const eks = on("aws:eks/cluster:Cluster");
const listener = on("aws:lb/listener:Listener");
const balancer = on("aws:lb/loadBalancer:LoadBalancer");
const parameters = on("kubernetes:eks.amazonaws.com/v1:IngressClassParams");
const kubernetesService = on("kubernetes:core/v1:Service");
const tcp = (port: number) => ({ ipProtocol: "tcp", fromPort: port, toPort: port });

const defaultGroup = (ingress: readonly unknown[]) => ({
  type: "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
  name: "default",
  from: { vpcId: ["it"] },
  props: { ingress, egress: [] },
});
const redirect = { type: "redirect", redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" } };
const forward = {
  type: "forward",
  targetGroupArn: "arn:aws:elasticloadbalancing:us-west-2:123456789012:targetgroup/a/1",
};

export const exposureNetworkCases: Cases = {
  "administration-ports": [
    inbound.accepts("one group", { ...tcp(22), referencedSecurityGroupId: "sg-1" }),
    inbound.accepts("a known network", { ...tcp(22), cidrIpv4: "203.0.113.0/24" }),
    inbound.accepts("a web port for all", { ...tcp(443), cidrIpv4: anywhere }),
    outbound.accepts("all on the way out", { ipProtocol: "-1", cidrIpv4: anywhere }),
    inbound.accepts("pings", { ipProtocol: "icmp", fromPort: -1, toPort: -1, cidrIpv4: anywhere }),
    inbound.refuses("SSH for all", { ...tcp(22), cidrIpv4: anywhere }, ["lets the whole internet reach port 22."]),
    inbound.refuses("PostgreSQL for all of IPv6", { ...tcp(5432), cidrIpv6: "::/0" }, [
      "lets the whole internet reach port 5432.",
    ]),
    inbound.refuses("half the world", { ...tcp(3389), cidrIpv4: "128.0.0.0/1" }, [
      "lets the whole internet reach port 3389.",
    ]),
    oldRule.refuses("everything", { type: "ingress", protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: [anywhere] }, [
      "lets the whole internet reach everything.",
    ]),
    group.refuses(
      "a range in the group itself",
      { ingress: [{ protocol: "tcp", fromPort: 0, toPort: 65535, cidrBlocks: [anywhere] }] },
      ["lets the whole internet reach ports 0 to 65535."],
    ),
  ],
  "open-ports": [
    inbound.accepts("HTTPS", { ...tcp(443), cidrIpv4: anywhere }),
    inbound.accepts("another port for a group", { ...tcp(8000), referencedSecurityGroupId: "sg-1" }),
    inbound.accepts("SSH, which is administration-ports'", { ...tcp(22), cidrIpv4: anywhere }),
    inbound.refuses("another port", { ...tcp(8000), cidrIpv4: anywhere }, ["lets the whole internet reach port 8000."]),
    group.refuses(
      "a range",
      { ingress: [{ protocol: "tcp", fromPort: 8000, toPort: 8010, ipv6CidrBlocks: ["::/0"] }] },
      ["lets the whole internet reach ports 8000 to 8010."],
    ),
  ],
  "open-egress": [
    outbound.accepts("one port", { ...tcp(443), cidrIpv4: anywhere }),
    group.accepts("none", { description: "x", egress: [] }),
    outbound.refuses("everything", { ipProtocol: "-1", cidrIpv4: anywhere }, [
      "lets everything out to the whole internet.",
    ]),
    group.refuses(
      "everything in the group",
      { egress: [{ protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: [anywhere] }] },
      ["lets everything out to the whole internet."],
    ),
  ],
  "network-acl-ports": [
    aclRule.accepts("a web port", {
      ruleNumber: 1,
      ruleAction: "allow",
      protocol: "tcp",
      fromPort: 443,
      toPort: 443,
      cidrBlock: anywhere,
    }),
    aclRule.accepts("what is denied", { ruleNumber: 1, ruleAction: "deny", protocol: "-1", cidrBlock: anywhere }),
    aclRule.accepts("the way out", {
      ruleNumber: 1,
      egress: true,
      ruleAction: "allow",
      protocol: "-1",
      cidrBlock: anywhere,
    }),
    aclRule.refuses(
      "SSH",
      { ruleNumber: 1, ruleAction: "allow", protocol: "tcp", fromPort: 22, toPort: 22, cidrBlock: anywhere },
      ["lets the whole internet reach port 22."],
    ),
    acl.refuses(
      "everything",
      { ingress: [{ ruleNo: 1, action: "allow", protocol: "-1", fromPort: 0, toPort: 0, cidrBlock: anywhere }] },
      ["lets the whole internet reach everything."],
    ),
  ],
  "default-security-group": [
    vpc.accepts("one without rules", { tags: {} }, { others: [defaultGroup([])] }),
    vpc.refuses("one that nobody closed", { tags: {} }, ["leaves its default security group open."]),
    vpc.refuses("one with rules", { tags: {} }, ["has rules in its default security group."], {
      others: [defaultGroup([{ protocol: "-1", self: true }])],
    }),
  ],
  "public-subnets": [
    subnet.accepts("the default", { cidrBlock: "10.0.0.0/24" }),
    subnet.accepts("one that says no", { mapPublicIpOnLaunch: false }),
    subnet.refuses("one that does", { mapPublicIpOnLaunch: true }, [
      "gives a public address to whatever starts in it.",
    ]),
  ],
  "public-addresses": [
    service.accepts("a private service", { networkConfiguration: { assignPublicIp: false } }),
    machine.accepts("a machine that says nothing", { associatePublicIpAddress: false }),
    service.refuses("a service with one", { networkConfiguration: { assignPublicIp: true } }, [
      "has a public address.",
    ]),
    machine.refuses("a machine with one", { associatePublicIpAddress: true }, ["has a public address."]),
    template.refuses("a template with one", { networkInterfaces: [{ associatePublicIpAddress: "true" }] }, [
      "has a public address.",
    ]),
  ],
  "metadata-service": [
    machine.accepts("one with tokens", { metadataOptions: { httpTokens: "required" } }),
    machine.accepts("one that is off", { metadataOptions: { httpEndpoint: "disabled" } }),
    machine.refuses("one that says nothing", { ami: "ami-1" }, ["answers requests for metadata without a token."]),
    template.refuses("one without", { metadataOptions: { httpTokens: "optional" } }, [
      "answers requests for metadata without a token.",
    ]),
  ],
  "cluster-endpoint": [
    eks.accepts("a private one", { vpcConfig: { endpointPrivateAccess: true, endpointPublicAccess: false } }),
    eks.accepts(
      "one for known networks in staging",
      { vpcConfig: { endpointPrivateAccess: true, publicAccessCidrs: ["203.0.113.0/24"] } },
      { stack: "staging" },
    ),
    eks.refuses("the default", { name: "main" }, [
      "has an API server that its nodes reach by the internet.",
      "lets the whole internet reach its API server.",
    ]),
    eks.refuses("the world by name", { vpcConfig: { endpointPrivateAccess: true, publicAccessCidrs: [anywhere] } }, [
      "lets the whole internet reach its API server.",
    ]),
    eks.refuses(
      "known networks in production",
      { vpcConfig: { endpointPrivateAccess: true, endpointPublicAccess: true, publicAccessCidrs: ["203.0.113.0/24"] } },
      ["has an API server with a public address."],
    ),
  ],
  "plain-http": [
    listener.accepts("a redirect", { protocol: "HTTP", defaultActions: [redirect] }),
    listener.accepts("TLS", { protocol: "HTTPS", defaultActions: [forward] }),
    listener.accepts(
      "an internal one",
      { protocol: "HTTP", defaultActions: [forward], loadBalancerArn: "balancer-arn" },
      {
        others: [
          {
            type: "aws:lb/loadBalancer:LoadBalancer",
            name: "balancer",
            props: { arn: "balancer-arn", internal: true },
          },
        ],
      },
    ),
    listener.refuses("one that serves", { port: 80, protocol: "HTTP", defaultActions: [forward] }, [
      "answers plain HTTP without a redirect.",
    ]),
    listener.refuses("one that serves by default", { port: 80, defaultActions: [forward] }, [
      "answers plain HTTP without a redirect.",
    ]),
    listener.refuses(
      "one that serves by a rule",
      { protocol: "HTTP", defaultActions: [redirect] },
      ["answers plain HTTP without a redirect."],
      {
        others: [
          {
            type: "aws:lb/listenerRule:ListenerRule",
            name: "rule",
            from: { listenerArn: ["it"] },
            props: { actions: [forward] },
          },
        ],
      },
    ),
  ],
  "header-handling": [
    balancer.accepts("one that drops them", { dropInvalidHeaderFields: true, desyncMitigationMode: "defensive" }),
    balancer.accepts("one that reads no HTTP", { loadBalancerType: "network" }),
    parameters.accepts("a class that drops them", {
      spec: { loadBalancerAttributes: [{ key: "routing.http.drop_invalid_header_fields.enabled", value: "true" }] },
    }),
    balancer.refuses("the default", { name: "main" }, ["passes invalid headers on."]),
    balancer.refuses("one that looks on", { dropInvalidHeaderFields: true, desyncMitigationMode: "monitor" }, [
      "passes ambiguous requests on.",
    ]),
    parameters.refuses(
      "a class that does neither",
      { spec: { loadBalancerAttributes: [{ key: "routing.http.desync_mitigation_mode", value: "monitor" }] } },
      ["passes invalid headers on.", "passes ambiguous requests on."],
    ),
  ],
  "service-load-balancers": [
    kubernetesService.accepts("a service within the cluster", { spec: { type: "ClusterIP" } }),
    kubernetesService.accepts("an internal one", {
      metadata: { annotations: { "service.beta.kubernetes.io/aws-load-balancer-scheme": "internal" } },
      spec: { type: "LoadBalancer" },
    }),
    kubernetesService.accepts("known networks", {
      spec: { type: "LoadBalancer", loadBalancerSourceRanges: ["203.0.113.0/24"] },
    }),
    kubernetesService.refuses("one that says nothing", { spec: { type: "LoadBalancer" } }, [
      "lets the whole internet reach its pods.",
    ]),
    kubernetesService.refuses("the world", { spec: { type: "LoadBalancer", loadBalancerSourceRanges: [anywhere] } }, [
      "lets the whole internet reach its pods.",
    ]),
  ],
};
