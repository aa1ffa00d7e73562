import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import path from "node:path";
import { ACMClient, RequestCertificateCommand } from "@aws-sdk/client-acm";
import { CreateSubnetCommand, CreateVpcCommand, DescribeSecurityGroupsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { CreateClusterCommand, DeleteClusterCommand, DescribeClusterCommand, EKSClient } from "@aws-sdk/client-eks";
import {
  DescribeListenersCommand,
  DescribeLoadBalancerAttributesCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { CreateWebACLCommand, GetWebACLForResourceCommand, WAFV2Client } from "@aws-sdk/client-wafv2";
import { startSandbox, stopSandbox } from "../../../sandbox/index.ts";
import { kubeconfigFile } from "../../../sandbox/kubernetes/credentials.ts";
import { Kubectl } from "../../../sandbox/kubernetes/kubectl.ts";
import { clustersDirectory } from "../../../sandbox/kubernetes/record.ts";
import { layoutOf } from "../../../sandbox/layout.ts";
import { cacheDirectory } from "../../../sandbox/paths.ts";
import { engineChoice, locate, ToolchainFolders } from "../../../sandbox/toolchain/locate.ts";
import { currentTarget } from "../../../sandbox/toolchain/platform.ts";
import { cacheBinary, type LocalAws, localAws } from "../aws/support.ts";
import { eventually, removeRoots, temporaryRoot } from "../support.ts";

const missing = "arn:aws:acm:us-west-2:000000000000:certificate/missing";
const image = "000000000000.dkr.ecr.us-west-2.amazonaws.com/web:1";
const labels = { app: "web" };

/** The load balancer's class, what its parameters say, and an Ingress of two services, one of which is not there. */
const objects = (certificate: string, webAcl: string) => [
  { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } },
  {
    apiVersion: "eks.amazonaws.com/v1",
    kind: "IngressClassParams",
    metadata: { name: "alb" },
    spec: {
      scheme: "internet-facing",
      certificateARNs: [certificate],
      tags: [{ key: "Stack", value: "prod" }],
      loadBalancerAttributes: [{ key: "idle_timeout.timeout_seconds", value: "90" }],
    },
  },
  {
    apiVersion: "networking.k8s.io/v1",
    kind: "IngressClass",
    metadata: { name: "alb" },
    spec: {
      controller: "eks.amazonaws.com/alb",
      parameters: { apiGroup: "eks.amazonaws.com", kind: "IngressClassParams", name: "alb" },
    },
  },
  {
    apiVersion: "v1",
    kind: "Service",
    metadata: {
      name: "web",
      namespace: "shop",
      annotations: { "alb.ingress.kubernetes.io/healthcheck-path": "/health" },
    },
    spec: { selector: labels, ports: [{ port: 80, targetPort: 8080 }] },
  },
  {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "shop" },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          readinessGates: [{ conditionType: "target-health.eks.amazonaws.com/k8s-shop-web" }],
          containers: [{ name: "web", image, ports: [{ containerPort: 8080 }] }],
        },
      },
    },
  },
  ingress("shop", {
    "load-balancer-name": "shop-alb",
    "listen-ports": '[{"HTTP":80},{"HTTPS":443}]',
    "ssl-redirect": "443",
    "wafv2-acl-arn": webAcl,
  }),
];

function ingress(name: string, annotations: Record<string, string>) {
  const to = (service: string, path: string) => ({
    path,
    pathType: "Prefix",
    backend: { service: { name: service, port: { number: 80 } } },
  });
  const keys = Object.entries(annotations).map(([key, value]) => [`alb.ingress.kubernetes.io/${key}`, value]);
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { name, namespace: "shop", annotations: Object.fromEntries(keys) },
    spec: {
      ingressClassName: "alb",
      rules: [{ host: "shop.example", http: { paths: [to("web", "/"), to("later", "/later")] } }],
    },
  };
}

describe("sandbox: load balancers of Ingresses", function () {
  this.timeout(180_000);
  let root: string;
  let aws: LocalAws;
  let elb: ElasticLoadBalancingV2Client;
  let kubectl: Kubectl;
  let kubernetesBinary: string | undefined;

  before(async function () {
    const context = { installed: undefined, choice: engineChoice(), env: process.env };
    kubernetesBinary = locate("kubernetes", new ToolchainFolders(cacheDirectory(), currentTarget()), context)?.file;
    if (!kubernetesBinary) {
      console.log("      the sandbox's Kubernetes is missing: ./slipway setup prod gets it");
      this.skip();
    }
    root = temporaryRoot(0o755);
    await start();
    const vpcId = await makeCluster();
    assert.ok(vpcId);
    const certificate = await new ACMClient(aws.config).send(
      new RequestCertificateCommand({ DomainName: "shop.example" }),
    );
    const VisibilityConfig = { SampledRequestsEnabled: true, CloudWatchMetricsEnabled: true, MetricName: "x" };
    const acl = { Name: "main", Scope: "REGIONAL" as const, DefaultAction: { Allow: {} }, VisibilityConfig };
    const { Summary } = await new WAFV2Client(aws.config).send(new CreateWebACLCommand(acl));
    await apply(...objects(certificate.CertificateArn ?? "", Summary?.ARN ?? ""));
  });
  after(removeRoots);

  async function start(): Promise<void> {
    await startSandbox({ root, parts: ["aws"], cacheBinary, kubernetesBinary });
    aws = localAws(root);
    elb = new ElasticLoadBalancingV2Client(aws.config);
  }

  async function makeCluster(): Promise<string | undefined> {
    const ec2 = new EC2Client(aws.config);
    const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: "10.2.0.0/16" }));
    const subnetIds: string[] = [];
    for (const [index, zone] of ["a", "b"].entries()) {
      for (const [role, third] of [
        ["elb", 1],
        ["internal-elb", 16],
      ] as const) {
        const Tags = [{ Key: `kubernetes.io/role/${role}`, Value: "1" }];
        const { Subnet } = await ec2.send(
          new CreateSubnetCommand({
            VpcId: Vpc?.VpcId,
            AvailabilityZone: `us-west-2${zone}`,
            CidrBlock: third === 1 ? `10.2.${third + index}.0/24` : `10.2.${third * (index + 1)}.0/20`,
            TagSpecifications: [{ ResourceType: "subnet", Tags }],
          }),
        );
        if (role === "internal-elb") subnetIds.push(Subnet?.SubnetId ?? "");
      }
    }
    const eks = new EKSClient(aws.config);
    const roleArn = "arn:aws:iam::000000000000:role/cluster";
    await eks.send(new CreateClusterCommand({ name: "main", roleArn, resourcesVpcConfig: { subnetIds } }));
    const status = async () => (await eks.send(new DescribeClusterCommand({ name: "main" }))).cluster?.status;
    await eventually("the cluster is active", async () => (await status()) === "ACTIVE", 120_000);
    const clusters = clustersDirectory(layoutOf(root));
    const [id = ""] = readdirSync(clusters).filter((name) => name.startsWith("main-"));
    kubectl = new Kubectl(kubernetesBinary ?? "", path.join(clusters, id, kubeconfigFile("admin")));
    return Vpc?.VpcId;
  }

  async function apply(...items: readonly unknown[]): Promise<void> {
    const list = JSON.stringify({ apiVersion: "v1", kind: "List", items });
    await kubectl.run(["apply", "--server-side", "--force-conflicts", "--filename=-"], list);
  }

  // biome-ignore lint/suspicious/noExplicitAny: objects of any kind are read.
  const get = async (...what: string[]): Promise<any> =>
    JSON.parse(await kubectl.run(["get", "--namespace=shop", "--output=json", ...what]));

  const addressOf = async (name: string): Promise<string | undefined> =>
    (await get("ingress", name)).status.loadBalancer?.ingress?.[0]?.hostname;

  const messages = async (name: string): Promise<string[]> => {
    const { items } = await get("events", `--field-selector=involvedObject.kind=Ingress,involvedObject.name=${name}`);
    return items.map(({ message, reason }: { message: string; reason: string }) => `${reason}: ${message}`);
  };

  const balancer = async (name: string) => {
    const { LoadBalancers = [] } = await elb.send(new DescribeLoadBalancersCommand({}));
    return LoadBalancers.find(({ LoadBalancerName }) => LoadBalancerName === name);
  };

  const targets = async (): Promise<string[]> => {
    const { TargetGroups = [] } = await elb.send(new DescribeTargetGroupsCommand({}));
    const health = await Promise.all(
      TargetGroups.map(({ TargetGroupArn }) => elb.send(new DescribeTargetHealthCommand({ TargetGroupArn }))),
    );
    return health.flatMap(({ TargetHealthDescriptions = [] }) =>
      TargetHealthDescriptions.map(({ Target }) => `${Target?.Id}:${Target?.Port}`),
    );
  };

  const podAddresses = async (): Promise<string[]> =>
    (await get("pods")).items.map(({ status }: { status: { podIP: string } }) => `${status.podIP}:8080`);

  it("makes a load balancer with its name, scheme, zones, attributes and firewall, and tells its address", async () => {
    await eventually("the Ingress has an address", async () => (await addressOf("shop")) !== undefined, 60_000);
    const made = await balancer("shop-alb");
    assert.equal(await addressOf("shop"), made?.DNSName);
    assert.deepEqual(
      [made?.Scheme, made?.AvailabilityZones?.map(({ ZoneName }) => ZoneName).toSorted()],
      ["internet-facing", ["us-west-2a", "us-west-2b"]],
    );
    const LoadBalancerArn = made?.LoadBalancerArn;
    const { Attributes } = await elb.send(new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn }));
    assert.equal(Attributes?.find(({ Key }) => Key === "idle_timeout.timeout_seconds")?.Value, "90");
    const waf = new WAFV2Client(aws.config);
    const { WebACL } = await waf.send(new GetWebACLForResourceCommand({ ResourceArn: LoadBalancerArn }));
    assert.equal(WebACL?.Name, "main");
    assert.deepEqual((await get("ingress", "shop")).metadata.finalizers, ["ingress.k8s.aws/resources"]);
    const GroupIds = made?.SecurityGroups;
    const { SecurityGroups } = await new EC2Client(aws.config).send(new DescribeSecurityGroupsCommand({ GroupIds }));
    const open = SecurityGroups?.[0]?.IpPermissions?.map(({ FromPort, IpRanges }) => [FromPort, IpRanges?.[0]?.CidrIp]);
    assert.deepEqual(open?.toSorted(), [
      [443, "0.0.0.0/0"],
      [80, "0.0.0.0/0"],
    ]);
  });

  it("sends plain requests to HTTPS, and the others by host and path, the longest first", async () => {
    const LoadBalancerArn = (await balancer("shop-alb"))?.LoadBalancerArn;
    const { Listeners = [] } = await elb.send(new DescribeListenersCommand({ LoadBalancerArn }));
    const [secure, plain] = [443, 80].map((port) => Listeners.find(({ Port }) => Port === port));
    assert.equal(plain?.DefaultActions?.[0]?.RedirectConfig?.Protocol, "HTTPS");
    assert.match(secure?.Certificates?.[0]?.CertificateArn ?? "", /certificate/);
    assert.equal(secure?.DefaultActions?.[0]?.FixedResponseConfig?.StatusCode, "404");
    const { Rules = [] } = await elb.send(new DescribeRulesCommand({ ListenerArn: secure?.ListenerArn }));
    const seen = Rules.filter(({ IsDefault }) => !IsDefault).map(({ Actions, Conditions, Priority }) => [
      Priority,
      Conditions?.map(({ HostHeaderConfig, PathPatternConfig }) => (HostHeaderConfig ?? PathPatternConfig)?.Values),
      Actions?.[0]?.Type,
    ]);
    assert.deepEqual(seen, [
      ["1", [["shop.example"], ["/later", "/later/*"]], "fixed-response"],
      ["2", [["shop.example"], ["/*"]], "forward"],
    ]);
    assert.match((await messages("shop")).join("\n"), /BackendNotFound: .*service "shop\/later" not found/);
  });

  it("has the pods as targets, opens their gates, and follows them", async () => {
    await eventually(
      "both pods are ready",
      async () => (await get("deployment", "web")).status.readyReplicas === 2,
      60_000,
    );
    assert.deepEqual((await targets()).toSorted(), (await podAddresses()).toSorted());
    const { TargetGroups } = await elb.send(new DescribeTargetGroupsCommand({}));
    assert.deepEqual(
      TargetGroups?.map((group) => [group.HealthCheckPath, group.HealthCheckIntervalSeconds, group.TargetType]),
      [["/health", 15, "ip"]],
    );
    await kubectl.run(["scale", "--namespace=shop", "--replicas=3", "deployment/web"]);
    await eventually("the third is a target, too", async () => (await targets()).length === 3);
  });

  it("says why one cannot be made, and makes it when it can", async () => {
    const params = { apiVersion: "eks.amazonaws.com/v1", kind: "IngressClassParams", metadata: { name: "alb" } };
    const spec = (certificate: string) => ({
      ...params,
      metadata: { name: "other" },
      spec: { scheme: "internal", certificateARNs: [certificate] },
    });
    const otherClass = {
      apiVersion: "networking.k8s.io/v1",
      kind: "IngressClass",
      metadata: { name: "other" },
      spec: {
        controller: "eks.amazonaws.com/alb",
        parameters: { apiGroup: "eks.amazonaws.com", kind: "IngressClassParams", name: "other" },
      },
    };
    const other = ingress("other", {});
    await apply(spec(missing), otherClass, { ...other, spec: { ...other.spec, ingressClassName: "other" } });
    const isRefused = async () =>
      (await messages("other")).some((text) => /^FailedDeployModel: .*missing.*not found/.test(text));
    await eventually("its event names the certificate", isRefused);
    assert.equal(await addressOf("other"), undefined);
    const { CertificateArn = "" } = await new ACMClient(aws.config).send(
      new RequestCertificateCommand({ DomainName: "other.example" }),
    );
    await apply(spec(CertificateArn));
    await eventually("it has an address", async () => (await addressOf("other")) !== undefined);
    await eventually("it says so", async () =>
      (await messages("other")).some((text) => text.startsWith("BackendNotFound")),
    );
    await kubectl.run(["delete", "--namespace=shop", "ingress/other"]);
    await eventually("only the first is left", async () => {
      const { LoadBalancers } = await elb.send(new DescribeLoadBalancersCommand({}));
      const { TargetGroups } = await elb.send(new DescribeTargetGroupsCommand({}));
      return LoadBalancers?.length === 1 && TargetGroups?.length === 1;
    });
  });

  it("finds its own again after a start of the sandbox, and makes none anew", async () => {
    const before = await balancer("shop-alb");
    await stopSandbox(root);
    await start();
    await kubectl.run(["scale", "--namespace=shop", "--replicas=1", "deployment/web"]);
    await eventually("it follows the pods again", async () => (await targets()).length === 1, 60_000);
    assert.equal((await balancer("shop-alb"))?.LoadBalancerArn, before?.LoadBalancerArn);
  });

  it("takes everything away with the Ingress", async () => {
    await kubectl.run(["delete", "--namespace=shop", "ingress/shop"]);
    const { TargetGroups } = await elb.send(new DescribeTargetGroupsCommand({}));
    assert.deepEqual([await balancer("shop-alb"), TargetGroups], [undefined, []]);
    assert.deepEqual(await managedGroups(), []);
  });

  it("takes everything away with a cluster that still has Ingresses", async () => {
    await apply(ingress("left", {}));
    await eventually("it has an address", async () => (await addressOf("left")) !== undefined);
    const eks = new EKSClient(aws.config);
    await eks.send(new DeleteClusterCommand({ name: "main" }));
    const isGone = () =>
      eks.send(new DescribeClusterCommand({ name: "main" })).then(
        () => false,
        ({ name }: Error) => name === "ResourceNotFoundException",
      );
    await eventually("the cluster is gone", isGone, 60_000);
    const { LoadBalancers } = await elb.send(new DescribeLoadBalancersCommand({}));
    const { TargetGroups } = await elb.send(new DescribeTargetGroupsCommand({}));
    assert.deepEqual([LoadBalancers, TargetGroups, await managedGroups()], [[], [], []]);
  });

  async function managedGroups(): Promise<string[]> {
    const { SecurityGroups = [] } = await new EC2Client(aws.config).send(new DescribeSecurityGroupsCommand({}));
    return SecurityGroups.flatMap(({ GroupName = "" }) => (GroupName.startsWith("k8s-managed") ? [GroupName] : []));
  }
});
