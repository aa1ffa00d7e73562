import assert from "node:assert/strict";
import { ACMClient, DescribeCertificateCommand } from "@aws-sdk/client-acm";
import {
  DescribeListenersCommand,
  DescribeLoadBalancerAttributesCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
  type Rule,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { ListHostedZonesCommand, ListResourceRecordSetsCommand, Route53Client } from "@aws-sdk/client-route-53";
import { must, type StagingContext, shortName } from "./context.ts";

/** What the internet sees: load balancer, listeners, rules, certificate, DNS, as AWS tells them. */
export function edge(context: StagingContext): void {
  describe("edge", () => {
    let elb: ElasticLoadBalancingV2Client;
    before(() => {
      elb = context.client(ElasticLoadBalancingV2Client);
    });
    const balancer = async () => {
      const { LoadBalancers = [] } = await elb.send(new DescribeLoadBalancersCommand({}));
      assert.equal(LoadBalancers.length, 1);
      return must(LoadBalancers[0], "load balancer");
    };
    const listener = async (port: number) => {
      const { LoadBalancerArn } = await balancer();
      const { Listeners = [] } = await elb.send(new DescribeListenersCommand({ LoadBalancerArn }));
      return must(
        Listeners.find(({ Port }) => Port === port),
        `listener on ${port}`,
      );
    };

    it("has one load balancer, in the public subnets, that refuses malformed requests and its own deletion", async () => {
      const { AvailabilityZones, LoadBalancerArn, Scheme, Type, VpcId } = await balancer();
      assert.deepEqual([Type, Scheme, VpcId], ["application", "internet-facing", context.outputs.network.vpc]);
      assert.deepEqual(AvailabilityZones?.map(({ ZoneName }) => ZoneName).sort(), ["us-west-2a", "us-west-2b"]);
      const { Attributes = [] } = await elb.send(new DescribeLoadBalancerAttributesCommand({ LoadBalancerArn }));
      assert.partialDeepStrictEqual(Object.fromEntries(Attributes.map(({ Key, Value }) => [Key, Value])), {
        "deletion_protection.enabled": "true",
        "routing.http.drop_invalid_header_fields.enabled": "true",
        "routing.http.desync_mitigation_mode": "defensive",
      });
    });

    it("listens on these ports only, and sends HTTP to HTTPS", async () => {
      const { LoadBalancerArn } = await balancer();
      const { Listeners = [] } = await elb.send(new DescribeListenersCommand({ LoadBalancerArn }));
      assert.deepEqual(Listeners.map(({ Port, Protocol }) => `${Port} ${Protocol}`).sort(), [
        "443 HTTPS",
        "80 HTTP",
        "8443 HTTPS",
      ]);
      const [redirect] = (await listener(80)).DefaultActions ?? [];
      assert.partialDeepStrictEqual(redirect, {
        Type: "redirect",
        RedirectConfig: { Protocol: "HTTPS", Port: "443", StatusCode: "HTTP_301" },
      });
    });

    it("speaks TLS 1.3 and 1.2 with a certificate that is validated, and knows no path by itself", async () => {
      for (const port of [443, 8443]) {
        const { Certificates, DefaultActions, SslPolicy } = await listener(port);
        assert.equal(SslPolicy, "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09");
        assert.deepEqual(
          [DefaultActions?.[0]?.Type, DefaultActions?.[0]?.FixedResponseConfig?.StatusCode],
          ["fixed-response", "404"],
        );
        const { CertificateArn } = must(Certificates?.[0], "certificate");
        const { Certificate } = await context
          .client(ACMClient)
          .send(new DescribeCertificateCommand({ CertificateArn }));
        assert.partialDeepStrictEqual(Certificate, { DomainName: "staging.teamflow.app", Status: "ISSUED" });
        const [proof] = Certificate?.DomainValidationOptions ?? [];
        assert.deepEqual([proof?.ValidationMethod, proof?.ValidationStatus], ["DNS", "SUCCESS"]);
      }
    });

    it("gives the backend's paths to the backend, the rest to the frontend, and at first all of it to blue", async () => {
      for (const port of [443, 8443]) {
        const { ListenerArn } = await listener(port);
        const { Rules = [] } = await elb.send(new DescribeRulesCommand({ ListenerArn }));
        const own = Rules.filter(({ IsDefault }) => !IsDefault);
        assert.deepEqual(own.map(describeRule).sort(), [
          "100 staging.teamflow.app /api/* /docs /redoc -> backend-blue 100, backend-green 0",
          "1000 staging.teamflow.app -> frontend-blue 100, frontend-green 0",
        ]);
      }
    });

    it("asks each service whether it is well, as the source does", async () => {
      const { TargetGroups = [] } = await elb.send(new DescribeTargetGroupsCommand({}));
      const checks = TargetGroups.map((group) => [
        shortName(group.TargetGroupName),
        group.Port,
        group.HealthCheckPath,
        group.Matcher?.HttpCode,
      ]);
      assert.deepEqual(checks.sort(), [
        ["backend-blue", 8000, "/health", "200"],
        ["backend-green", 8000, "/health", "200"],
        ["frontend-blue", 3000, "/", "200"],
        ["frontend-green", 3000, "/", "200"],
      ]);
      for (const group of TargetGroups)
        assert.partialDeepStrictEqual(group, {
          TargetType: "ip",
          Protocol: "HTTP",
          VpcId: context.outputs.network.vpc,
          HealthCheckEnabled: true,
          HealthCheckIntervalSeconds: 30,
          HealthCheckTimeoutSeconds: 5,
          HealthyThresholdCount: 2,
          UnhealthyThresholdCount: 2,
        });
    });

    it("has a zone of its own that points at the load balancer and lets nobody but Amazon issue certificates", async () => {
      const route53 = context.client(Route53Client);
      const { HostedZones = [] } = await route53.send(new ListHostedZonesCommand({}));
      assert.deepEqual(
        HostedZones.map(({ Config, Name }) => [Name, Config?.PrivateZone]),
        [["staging.teamflow.app.", false]],
      );
      const { ResourceRecordSets = [] } = await route53.send(
        new ListResourceRecordSetsCommand({ HostedZoneId: HostedZones[0]?.Id }),
      );
      const { DNSName } = await balancer();
      const own = ResourceRecordSets.filter(({ Type }) => Type !== "NS" && Type !== "SOA");
      const records = own.map(({ AliasTarget, Name, ResourceRecords, Type }) => [
        Name?.startsWith("_") ? "proof of the certificate" : Name,
        Type,
        Type === "CNAME" ? "" : (AliasTarget?.DNSName ?? ResourceRecords?.map(({ Value }) => Value).join(", ")),
      ]);
      assert.deepEqual(records.sort(), [
        ["proof of the certificate", "CNAME", ""],
        ["staging.teamflow.app.", "A", `${DNSName}.`],
        ["staging.teamflow.app.", "AAAA", `${DNSName}.`],
        ["staging.teamflow.app.", "CAA", '0 issue "amazon.com", 0 issuewild ";"'],
      ]);
      assert.ok(context.outputs.edge.nameServers.length >= 2);
    });
  });
}

/** `100 host /path -> backend-blue 100, backend-green 0`. */
function describeRule({ Actions, Conditions, Priority }: Rule): string {
  const values = (field: string) => Conditions?.filter(({ Field }) => Field === field).flatMap(({ Values }) => Values);
  const groups = Actions?.[0]?.ForwardConfig?.TargetGroups?.map(
    ({ TargetGroupArn, Weight }) => `${shortName(TargetGroupArn?.split("/")[1])} ${Weight}`,
  );
  const hosts = values("host-header") ?? [];
  const paths = (values("path-pattern") ?? []).toSorted();
  return `${[Priority, ...hosts, ...paths].join(" ")} -> ${(groups ?? []).toSorted().join(", ")}`;
}
