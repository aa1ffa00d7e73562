import assert from "node:assert/strict";
import { ACMClient, RequestCertificateCommand } from "@aws-sdk/client-acm";
import {
  AddListenerCertificatesCommand,
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DeleteLoadBalancerCommand,
  DeleteTargetGroupCommand,
  DescribeListenerCertificatesCommand,
  DescribeListenersCommand,
  ElasticLoadBalancingV2Client,
  ModifyLoadBalancerAttributesCommand,
  RemoveListenerCertificatesCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { removeRoots } from "../support.ts";
import { type EmulatorUnderTest, startEmulator } from "./emulator-support.ts";

describe("local AWS: what MiniStack's load balancers lack (sandbox/aws/gaps)", () => {
  let aws: EmulatorUnderTest;
  let elb: ElasticLoadBalancingV2Client;

  before(async () => {
    aws = await startEmulator(async () => ({}));
    elb = new ElasticLoadBalancingV2Client(aws.config);
  });
  after(async () => {
    await aws?.stop();
    await removeRoots();
  });

  async function make(Name: string) {
    const { LoadBalancers } = await elb.send(new CreateLoadBalancerCommand({ Name, Subnets: ["subnet-1"] }));
    const { TargetGroups } = await elb.send(new CreateTargetGroupCommand({ Name, Port: 80, Protocol: "HTTP" }));
    return { LoadBalancerArn: LoadBalancers?.[0]?.LoadBalancerArn, TargetGroupArn: TargetGroups?.[0]?.TargetGroupArn };
  }

  async function certificate(DomainName: string): Promise<string> {
    const { CertificateArn } = await new ACMClient(aws.config).send(new RequestCertificateCommand({ DomainName }));
    return CertificateArn ?? "";
  }

  it("alb_deletion: protection refuses, a used target group stays, and listeners go with their load balancer", async () => {
    const { LoadBalancerArn, TargetGroupArn } = await make("one");
    const DefaultActions = [{ Type: "forward" as const, TargetGroupArn }];
    await elb.send(new CreateListenerCommand({ LoadBalancerArn, Port: 80, Protocol: "HTTP", DefaultActions }));
    const protect = (Value: string) => {
      const Attributes = [{ Key: "deletion_protection.enabled", Value }];
      return elb.send(new ModifyLoadBalancerAttributesCommand({ LoadBalancerArn, Attributes }));
    };
    await protect("true");
    const remove = () => elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn }));
    await assert.rejects(remove(), {
      name: "OperationNotPermittedException",
      message: /deletion protection is enabled/,
    });
    const removeGroup = () => elb.send(new DeleteTargetGroupCommand({ TargetGroupArn }));
    await assert.rejects(removeGroup(), { name: "ResourceInUseException" });
    await protect("false");
    await remove();
    const { Listeners } = await elb.send(new DescribeListenersCommand({ LoadBalancerArn }));
    assert.deepEqual(Listeners, []);
    await removeGroup();
  });

  it("alb_certificates: an unknown one is refused, and a listener may have more than the first", async () => {
    const { LoadBalancerArn, TargetGroupArn } = await make("two");
    const listen = (CertificateArn: string) =>
      elb.send(
        new CreateListenerCommand({
          LoadBalancerArn,
          Port: 443,
          Protocol: "HTTPS",
          Certificates: [{ CertificateArn }],
          DefaultActions: [{ Type: "forward", TargetGroupArn }],
        }),
      );
    const unknown = "arn:aws:acm:us-west-2:000000000000:certificate/unknown";
    await assert.rejects(listen(unknown), { name: "CertificateNotFoundException" });
    const [first, second] = [await certificate("a.example"), await certificate("b.example")];
    const { Listeners } = await listen(first);
    const ListenerArn = Listeners?.[0]?.ListenerArn;
    const Certificates = [{ CertificateArn: second }];
    await elb.send(new AddListenerCertificatesCommand({ ListenerArn, Certificates }));
    const told = async () =>
      (await elb.send(new DescribeListenerCertificatesCommand({ ListenerArn }))).Certificates?.map((each) => [
        each.CertificateArn,
        each.IsDefault,
      ]);
    assert.deepEqual(await told(), [
      [first, true],
      [second, false],
    ]);
    await elb.send(new RemoveListenerCertificatesCommand({ ListenerArn, Certificates }));
    assert.deepEqual(await told(), [[first, true]]);
  });
});
