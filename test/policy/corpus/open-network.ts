import * as aws from "@pulumi/aws";
import { account, flawsOf, keyArn, type Program, policyOf, region, tags } from "./program.ts";

const everywhere = "0.0.0.0/0";

function program(): void {
  const vpc = network();
  groups(vpc);
  acls(vpc);
  machines();
  functions();
}

function network(): aws.ec2.Vpc {
  const vpc = new aws.ec2.Vpc("legacy", { cidrBlock: "10.20.0.0/16" });
  new aws.ec2.Subnet("front", {
    vpcId: vpc.id,
    cidrBlock: "10.20.0.0/24",
    availabilityZone: `${region}a`,
    mapPublicIpOnLaunch: true,
  });
  new aws.ec2.Subnet("apps", { vpcId: vpc.id, cidrBlock: "10.20.1.0/24", availabilityZone: `${region}a`, tags });
  new aws.ec2.VpcPeeringConnection("office", { vpcId: vpc.id, peerVpcId: "vpc-0ff1ce0ff1ce0ff1c", autoAccept: true });
  new aws.ec2.VpcEndpoint("buckets", { vpcId: vpc.id, serviceName: `com.amazonaws.${region}.s3` });
  new aws.ec2.VpcEndpoint("tables", {
    vpcId: vpc.id,
    serviceName: `com.amazonaws.${region}.dynamodb`,
    policy: policyOf({
      Effect: "Allow",
      Principal: "*",
      Action: "dynamodb:*",
      Resource: "*",
      Condition: { StringEquals: { "aws:PrincipalAccount": account } },
    }),
    tags,
  });
  return vpc;
}

function groups(vpc: aws.ec2.Vpc): void {
  const bastion = new aws.ec2.SecurityGroup("bastion", {
    vpcId: vpc.id,
    description: "Bastion",
    ingress: [{ protocol: "tcp", fromPort: 22, toPort: 22, cidrBlocks: [everywhere] }],
    egress: [{ protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: [everywhere] }],
  });
  new aws.ec2.SecurityGroupRule("desktop", {
    securityGroupId: bastion.id,
    type: "ingress",
    protocol: "tcp",
    fromPort: 3389,
    toPort: 3389,
    cidrBlocks: [everywhere],
  });
  const apps = new aws.ec2.SecurityGroup("app-group", { vpcId: vpc.id, description: "Applications", tags });
  const open = (
    name: string,
    rule: Pick<aws.vpc.SecurityGroupIngressRuleArgs, "cidrIpv4" | "cidrIpv6">,
    port: number,
  ) =>
    new aws.vpc.SecurityGroupIngressRule(name, {
      securityGroupId: apps.id,
      ipProtocol: "tcp",
      fromPort: port,
      toPort: port,
      tags,
      ...rule,
    });
  new aws.vpc.SecurityGroupIngressRule("everything", {
    securityGroupId: apps.id,
    ipProtocol: "-1",
    cidrIpv6: "::/0",
    tags,
  });
  open("postgres", { cidrIpv4: everywhere }, 5432);
  // Both halves of the internet are the internet.
  open("redis", { cidrIpv4: "128.0.0.0/1" }, 6379);
  open("docker", { cidrIpv4: everywhere }, 2375);
  open("metrics", { cidrIpv4: everywhere }, 9090);
  open("web", { cidrIpv4: everywhere }, 443);
  open("office-shell", { cidrIpv4: "203.0.113.0/29" }, 22);
  new aws.vpc.SecurityGroupEgressRule("anything-out", {
    securityGroupId: apps.id,
    ipProtocol: "-1",
    cidrIpv4: everywhere,
    tags,
  });
  new aws.vpc.SecurityGroupEgressRule("https-out", {
    securityGroupId: apps.id,
    ipProtocol: "tcp",
    fromPort: 443,
    toPort: 443,
    cidrIpv4: everywhere,
    tags,
  });
  new aws.vpc.SecurityGroupIngressRule("from-bastion", {
    securityGroupId: apps.id,
    ipProtocol: "tcp",
    fromPort: 22,
    toPort: 22,
    referencedSecurityGroupId: bastion.id,
    tags,
  });
}

function acls(vpc: aws.ec2.Vpc): void {
  new aws.ec2.NetworkAcl("front-acl", {
    vpcId: vpc.id,
    ingress: [{ ruleNo: 100, action: "allow", protocol: "-1", fromPort: 0, toPort: 0, cidrBlock: everywhere }],
    egress: [{ ruleNo: 100, action: "allow", protocol: "-1", fromPort: 0, toPort: 0, cidrBlock: everywhere }],
  });
  const acl = new aws.ec2.NetworkAcl("apps-acl", { vpcId: vpc.id, tags });
  new aws.ec2.NetworkAclRule("apps-rdp", {
    networkAclId: acl.id,
    ruleNumber: 100,
    protocol: "tcp",
    ruleAction: "allow",
    fromPort: 3000,
    toPort: 4000,
    cidrBlock: everywhere,
  });
  new aws.ec2.NetworkAclRule("apps-https", {
    networkAclId: acl.id,
    ruleNumber: 110,
    protocol: "tcp",
    ruleAction: "allow",
    fromPort: 443,
    toPort: 443,
    cidrBlock: everywhere,
  });
}

function machines(): void {
  new aws.ec2.Instance("worker", {
    ami: "ami-0123456789abcdef0",
    instanceType: "t2.medium",
    associatePublicIpAddress: true,
    userData: "#!/bin/sh\nexport DB_PASSWORD=correct-horse-battery\n/opt/worker/run\n",
  });
  new aws.ec2.Instance("reporter", {
    ami: "ami-0123456789abcdef0",
    instanceType: "t4g.medium",
    associatePublicIpAddress: false,
    metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1 },
    monitoring: true,
    rootBlockDevice: { encrypted: true, kmsKeyId: keyArn, volumeType: "gp3" },
    userData: "#!/bin/sh\n/opt/reporter/run --region us-west-2\n",
    tags,
  });
  new aws.ec2.LaunchTemplate("fleet", {
    imageId: "ami-0123456789abcdef0",
    instanceType: "m4.large",
    networkInterfaces: [{ associatePublicIpAddress: "true" }],
    blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs: { volumeSize: 100 } }],
  });
  new aws.ec2.LaunchTemplate("spot-fleet", {
    imageId: "ami-0123456789abcdef0",
    instanceType: "m7g.large",
    metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 3 },
    blockDeviceMappings: [
      { deviceName: "/dev/xvda", ebs: { volumeSize: 20, volumeType: "gp3", encrypted: "true", kmsKeyId: keyArn } },
    ],
    tags,
  });
  new aws.ecs.Service("importer", {
    cluster: "jobs",
    taskDefinition: "importer:4",
    desiredCount: 1,
    launchType: "FARGATE",
    enableExecuteCommand: true,
    networkConfiguration: { subnets: ["subnet-0a1b2c3d4e5f60718"], assignPublicIp: true },
  });
  new aws.ecs.Service("mailer", {
    cluster: "jobs",
    taskDefinition: "mailer:9",
    desiredCount: 2,
    launchType: "FARGATE",
    propagateTags: "SERVICE",
    deploymentCircuitBreaker: { enable: true, rollback: true },
    networkConfiguration: { subnets: ["subnet-0a1b2c3d4e5f60718", "subnet-1a1b2c3d4e5f60718"], assignPublicIp: false },
    tags,
  });
}

function functions(): void {
  new aws.lambda.FunctionUrl("resize", { functionName: "resize", authorizationType: "NONE" });
  new aws.lambda.FunctionUrl("render", { functionName: "render", authorizationType: "AWS_IAM" });
  new aws.lambda.Permission("resize-callers", {
    function: "resize",
    action: "lambda:InvokeFunction",
    principal: "*",
  });
  new aws.lambda.Permission("render-uploads", {
    function: "render",
    action: "lambda:InvokeFunction",
    principal: "s3.amazonaws.com",
    sourceAccount: account,
    sourceArn: "arn:aws:s3:::shop-uploads",
  });
}

export const openNetwork: Program = {
  name: "open network",
  program,
  flaws: [
    ...flawsOf(
      "legacy",
      ["network-zones", "required-tags", "stack-budget"],
      [
        ["CKV2_AWS_11", "has no flow log", ["flow-logs"]],
        ["CKV2_AWS_12", "leaves its default security group open", ["default-security-group"]],
      ],
    ),
    ...flawsOf("front", ["required-tags"], [["CKV_AWS_130", "gives public addresses away", ["public-subnets"]]]),
    ...flawsOf(
      "office",
      [],
      [
        [
          "Prowler vpc_peering_routing_tables_with_least_privilege",
          "joins the network with a foreign one",
          ["network-peering"],
        ],
      ],
    ),
    ...flawsOf(
      "buckets",
      ["required-tags"],
      [["Prowler vpc_endpoint_connections_trust_boundaries", "admits everything", ["endpoint-policies"]]],
    ),
    ...flawsOf(
      "bastion",
      ["required-tags"],
      [
        ["CKV_AWS_24", "opens SSH to the world", ["administration-ports"]],
        ["CKV_AWS_382", "lets everything out", ["open-egress"]],
      ],
    ),
    ...flawsOf("desktop", [], [["CKV_AWS_25", "opens RDP to the world", ["administration-ports"]]]),
    ...flawsOf("everything", [], [["CKV_AWS_277", "opens every port", ["administration-ports", "open-ports"]]]),
    ...flawsOf("postgres", [], [["AVD-AWS-0107", "opens PostgreSQL to the world", ["administration-ports"]]]),
    ...flawsOf("redis", [], [["AVD-AWS-0107", "opens Redis to half of the world", ["administration-ports"]]]),
    ...flawsOf(
      "docker",
      [],
      [["KICS Sensitive Port Is Exposed To Entire Network", "opens Docker's socket", ["administration-ports"]]],
    ),
    ...flawsOf("metrics", [], [["AVD-AWS-0107", "opens the metrics to the world", ["open-ports"]]]),
    ...flawsOf("anything-out", [], [["AVD-AWS-0104", "lets everything out", ["open-egress"]]]),
    ...flawsOf("front-acl", [], [["CKV_AWS_352", "lets every port in", ["network-acl-ports"]]]),
    ...flawsOf("apps-rdp", [], [["CKV_AWS_231", "lets RDP in", ["network-acl-ports"]]]),
    ...flawsOf(
      "worker",
      ["machine-generations", "required-tags"],
      [
        ["CKV_AWS_88", "has a public address", ["public-addresses"]],
        ["CKV_AWS_79", "answers IMDSv1", ["metadata-service"]],
        ["CKV_AWS_8", "has a root volume without encryption", ["volume-encryption"]],
        ["CKV_AWS_46", "has a password in its user data", ["user-data-secrets"]],
      ],
    ),
    ...flawsOf(
      "fleet",
      ["machine-generations", "required-tags"],
      [
        ["CKV_AWS_79", "answers IMDSv1", ["metadata-service"]],
        ["AVD-AWS-0009", "gives public addresses", ["public-addresses"]],
        ["AVD-AWS-0008", "makes volumes without encryption", ["volume-encryption"]],
      ],
    ),
    ...flawsOf("spot-fleet", [], [["CKV_AWS_341", "lets containers reach the metadata service", ["metadata-service"]]]),
    ...flawsOf(
      "importer",
      ["ecs-service-availability", "ecs-service-rollback", "live-shells", "required-tags", "tag-propagation"],
      [["CKV_AWS_333", "has a public address", ["public-addresses"]]],
    ),
    ...flawsOf("resize", [], [["CKV_AWS_258", "is called by anybody", ["function-urls"]]]),
    ...flawsOf("resize-callers", [], [["CKV_AWS_301", "lets everybody invoke", ["service-principals"]]]),
  ],
};
