import { type Breach, inStatement, off, remove, replace, set } from "./breach.ts";

/** Who reaches what, and what is seen of it. */
export const networkBreaches: Readonly<Record<string, readonly Breach[]>> = {
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": [
    ...["0.0.0.0/0", "::/0"].map(
      (range): Breach => ({
        what: `from ${range}, a port of data`,
        break: ({ referencedSecurityGroupId: _, cidrIpv4: __, prefixListId: ___, ...props }) => ({
          ...props,
          ...(range.includes(":") ? { cidrIpv6: range } : { cidrIpv4: range }),
          ipProtocol: "tcp",
          fromPort: 5432,
          toPort: 5432,
        }),
      }),
    ),
    {
      what: "from anywhere, every port",
      break: ({ referencedSecurityGroupId: _, fromPort: __, toPort: ___, ...props }) => ({
        ...props,
        cidrIpv4: "0.0.0.0/0",
        ipProtocol: "-1",
      }),
    },
    {
      what: "from anywhere, the shell",
      break: ({ referencedSecurityGroupId: _, ...props }) => ({
        ...props,
        cidrIpv4: "0.0.0.0/0",
        ipProtocol: "tcp",
        fromPort: 22,
        toPort: 22,
      }),
    },
  ],
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": [
    {
      what: "to anywhere, every port",
      break: ({ referencedSecurityGroupId: _, prefixListId: __, fromPort: ___, toPort: ____, ...props }) => ({
        ...props,
        cidrIpv4: "0.0.0.0/0",
        ipProtocol: "-1",
      }),
    },
  ],
  "aws:ec2/securityGroup:SecurityGroup": [
    set("ingress", [{ protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] }]),
  ],
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": [
    set("ingress", [{ protocol: "-1", fromPort: 0, toPort: 0, self: true }]),
    set("egress", [{ protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] }]),
  ],
  "aws:ec2/subnet:Subnet": [replace("mapPublicIpOnLaunch", true)],
  "aws:ec2/flowLog:FlowLog": [replace("trafficType", "ACCEPT")],
  "aws:ec2/vpcEndpoint:VpcEndpoint": [
    remove("policy"),
    inStatement("policy", "any action on anything, unconditionally", ({ Condition: _, ...statement }) => ({
      ...statement,
      Action: "*",
      Resource: "*",
    })),
  ],
  "aws:lb/loadBalancer:LoadBalancer": [
    ...off("dropInvalidHeaderFields"),
    replace("desyncMitigationMode", "monitor"),
    ...off("enableDeletionProtection"),
  ],
  "aws:lb/listener:Listener": [
    {
      what: "plain HTTP that is served",
      break: ({ certificateArn: _, sslPolicy: __, ...props }) => ({
        ...props,
        protocol: "HTTP",
        port: 80,
        defaultActions: [{ type: "forward", targetGroupArn: "arn:aws:elasticloadbalancing:x" }],
      }),
    },
    replace("sslPolicy", "ELBSecurityPolicy-2016-08"),
    remove("sslPolicy"),
  ],
  "aws:lb/targetGroup:TargetGroup": [replace("healthCheck.enabled", false)],
  "aws:wafv2/webAcl:WebAcl": [replace("rules", [])],
  "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": [remove("redactedFields")],
  "aws:acm/certificate:Certificate": [replace("options.certificateTransparencyLoggingPreference", "DISABLED")],
  "aws:cloudwatch/metricAlarm:MetricAlarm": [
    remove("alarmActions"),
    replace("alarmActions", []),
    set("actionsEnabled", false),
  ],
  "aws:budgets/budget:Budget": [remove("notifications")],
};
