import assert from "node:assert/strict";
import fc from "fast-check";
import { Edge } from "../../components/edge.ts";
import {
  type EdgeSettings,
  guards,
  hostsOf,
  planCertificate,
  planIssuers,
  provingDomain,
} from "../../components/edge-plan.ts";
import { type MockOptions, runMocked } from "../support/pulumi-mocks.ts";

const context = { application: "teamflow", stack: "staging", environment: "staging" };
const own: EdgeSettings = {
  zone: "staging.teamflow.app",
  createZone: true,
  hosts: { frontend: "staging.teamflow.app" },
  waf: false,
};
const given: EdgeSettings = {
  zone: "teamflow.app",
  createZone: false,
  hosts: { frontend: "teamflow.app", backend: "api.teamflow.app" },
  waf: true,
};

/** What AWS adds to what it is asked for. */
const asAws: MockOptions["outputs"] = ({ inputs, type }) => {
  if (type === "aws:route53/zone:Zone") return { zoneId: "Z-OWN", nameServers: ["ns-1.example", "ns-2.example"] };
  if (type === "aws:route53/record:Record") return { fqdn: inputs.name };
  if (type === "aws:wafv2/webAcl:WebAcl") return { arn: "acl-arn" };
  if (type !== "aws:acm/certificate:Certificate") return undefined;
  const names = [inputs.domainName, ...(inputs.subjectAlternativeNames as string[])] as string[];
  return {
    arn: "certificate-arn",
    domainValidationOptions: names.map((domainName) => ({
      domainName,
      resourceRecordName: `_proof.${domainName}`,
      resourceRecordType: "CNAME",
      resourceRecordValue: `_answer.${domainName}`,
    })),
  };
};

describe("the plan of a certificate", () => {
  it("proves a wildcard and its domain by the one record that they share", () => {
    assert.deepEqual(planCertificate(["teamflow.app", "*.teamflow.app", "api.teamflow.app", "teamflow.app"]), {
      domainName: "teamflow.app",
      subjectAlternativeNames: ["*.teamflow.app", "api.teamflow.app"],
      validations: [
        { part: "validation-teamflow-app", domain: "teamflow.app" },
        { part: "validation-api-teamflow-app", domain: "api.teamflow.app" },
      ],
    });
  });

  it("proves every domain exactly once, and keeps the records of the others when a host is added", () => {
    const name = fc.stringMatching(/^(\*\.)?[a-z]{1,3}\.[a-z]{1,3}\.app$/);
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 8 }), name, (names, another) => {
        const [first, ...rest] = names as [string, ...string[]];
        const { validations } = planCertificate([first, ...rest]);
        const domains = validations.map(({ domain }) => domain);
        assert.deepEqual(new Set(domains), new Set(names.map(provingDomain)));
        assert.equal(new Set(domains).size, domains.length);
        assert.equal(new Set(validations.map(({ part }) => part)).size, validations.length);
        const grown = planCertificate([first, ...rest, another]).validations;
        for (const each of validations)
          assert.ok(grown.some(({ part, domain }) => part === each.part && domain === each.domain));
      }),
    );
  });
});

describe("who may issue certificates", () => {
  it("is said at the top of the stack's own zone", () => assert.deepEqual(planIssuers(own), ["staging.teamflow.app"]));

  it("is never said at the top of somebody else's zone, where it would bind every name below", () =>
    assert.deepEqual(planIssuers(given), ["api.teamflow.app"]));
});

describe("Edge", () => {
  const run = (settings: EdgeSettings, protect = true) =>
    runMocked(
      () => {
        const edge = new Edge("staging-edge", {
          context,
          settings,
          logKeyArn: "log-key",
          logRetentionDays: 30,
          protect,
        });
        edge.pointTo({ dnsName: "lb.amazonaws.com", zoneId: "Z-LB" }).guard("lb-arn");
        return { certificateArn: edge.certificateArn, nameServers: edge.nameServers, zoneId: edge.zoneId };
      },
      {
        answer: ({ token }) =>
          token === "aws:route53/getZone:getZone" ? { zoneId: "Z-GIVEN", nameServers: ["ns1"] } : undefined,
        outputs: asAws,
      },
    );
  const records = (settings: EdgeSettings) =>
    run(settings).then(({ resources }) =>
      resources
        .filter(({ type }) => type === "aws:route53/record:Record")
        .map(({ inputs }) => `${inputs.zoneId} ${inputs.type} ${inputs.name}`)
        .sort(),
    );

  it("creates the stack's own zone and tells whom to delegate to", async () => {
    const { one, result } = await run(own);
    assert.deepEqual(result, {
      certificateArn: "certificate-arn",
      nameServers: ["ns-1.example", "ns-2.example"],
      zoneId: "Z-OWN",
    });
    const { inputs } = one("aws:route53/zone:Zone");
    assert.equal(inputs.name, "staging.teamflow.app");
    assert.equal(inputs.forceDestroy, false);
  });

  it("points each host at the load balancer for IPv4 and IPv6, and proves and restricts it", async () => {
    assert.deepEqual(await records(own), [
      "Z-OWN A staging.teamflow.app",
      "Z-OWN AAAA staging.teamflow.app",
      "Z-OWN CAA staging.teamflow.app",
      "Z-OWN CNAME _proof.staging.teamflow.app",
    ]);
    assert.deepEqual(await records(given), [
      "Z-GIVEN A api.teamflow.app",
      "Z-GIVEN A teamflow.app",
      "Z-GIVEN AAAA api.teamflow.app",
      "Z-GIVEN AAAA teamflow.app",
      "Z-GIVEN CAA api.teamflow.app",
      "Z-GIVEN CNAME _proof.api.teamflow.app",
      "Z-GIVEN CNAME _proof.teamflow.app",
    ]);
    assert.deepEqual(hostsOf(given), ["teamflow.app", "api.teamflow.app"]);
  });

  it("says what to do when the zone does not exist", async () => {
    await assert.rejects(
      runMocked(
        () => new Edge("e", { context, settings: given, logKeyArn: "k", logRetentionDays: 30, protect: true }).zoneId,
        {
          answer: () => {
            throw new Error("no matching Route 53 Hosted Zone found");
          },
        },
      ),
      /slipway:edge\.zone is "teamflow\.app".*no matching.*\n.*createZone: true/,
    );
  });

  it("stands behind a firewall only where settings ask for one", async () => {
    const without = await run(own);
    assert.deepEqual(
      without.resources.filter(({ type }) => type.startsWith("aws:wafv2/")),
      [],
    );
    const { one } = await run(given);
    const { inputs } = one("aws:wafv2/webAcl:WebAcl");
    assert.equal((inputs.rules as unknown[]).length, guards.length);
    assert.deepEqual(one("aws:wafv2/webAclAssociation:WebAclAssociation").inputs.resourceArn, "lb-arn");
    assert.equal(one("aws:cloudwatch/logGroup:LogGroup").inputs.name, "aws-waf-logs-teamflow-staging");
    assert.deepEqual(one("aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration").inputs.redactedFields, [
      { singleHeader: { name: "authorization" } },
      { singleHeader: { name: "cookie" } },
    ]);
  });

  describe("beside another one", () => {
    const pre: EdgeSettings = {
      ...given,
      hosts: { frontend: "pre.teamflow.app", backend: "api.pre.teamflow.app" },
    };
    const both = (first: EdgeSettings, second: EdgeSettings) =>
      runMocked(
        () => {
          const common = { context, logKeyArn: "log-key", logRetentionDays: 30, protect: true };
          const edge = new Edge("prod-edge", { ...common, settings: first });
          const beside = new Edge("prod-pre-edge", { ...common, settings: second, beside: edge });
          edge.pointTo({ dnsName: "production.elb.amazonaws.com" });
          beside.pointTo({ dnsName: "pre.elb.amazonaws.com" });
          return { firewalls: [edge.firewallArn, beside.firewallArn], zones: [edge.zoneId, beside.zoneId] };
        },
        {
          answer: ({ token }) => {
            if (token === "aws:lb/getHostedZoneId:getHostedZoneId") return { id: "Z-LOAD-BALANCERS" };
            return token === "aws:route53/getZone:getZone" ? { zoneId: "Z-GIVEN", nameServers: [] } : undefined;
          },
          outputs: asAws,
        },
      );

    it("shares the zone and the firewall", async () => {
      const run = await both(given, pre);
      assert.deepEqual(run.result, { firewalls: ["acl-arn", "acl-arn"], zones: ["Z-GIVEN", "Z-GIVEN"] });
      run.one("aws:wafv2/webAcl:WebAcl");
      assert.equal(run.calls.filter(({ token }) => token === "aws:route53/getZone:getZone").length, 1);
    });

    it("has a certificate of its own, so that another of its hosts never touches what the first one shows", async () => {
      const names = async (second: EdgeSettings) => {
        const run = await both(given, second);
        return ["prod-edge-certificate", "prod-pre-edge-certificate"].map((name) => {
          const { inputs } = run.one("aws:acm/certificate:Certificate", name);
          return [inputs.domainName, ...(inputs.subjectAlternativeNames as string[])];
        });
      };
      const [production, beside] = await names(pre);
      assert.deepEqual(production, ["teamflow.app", "api.teamflow.app"]);
      assert.deepEqual(beside, ["pre.teamflow.app", "api.pre.teamflow.app"]);
      const [unmoved] = await names({ ...pre, hosts: { frontend: "try.teamflow.app" } });
      assert.deepEqual(unmoved, production);
    });

    it("points its hosts at its own load balancer, which a controller made: in the zone of the region's load balancers", async () => {
      const run = await both(given, pre);
      const aliases = run.resources
        .filter(({ inputs, type }) => type === "aws:route53/record:Record" && inputs.type === "A")
        .map(({ inputs }) => {
          const [alias] = inputs.aliases as { name: string; zoneId: string }[];
          return `${inputs.name} -> ${alias?.name} in ${alias?.zoneId}`;
        });
      assert.deepEqual(aliases.sort(), [
        "api.pre.teamflow.app -> pre.elb.amazonaws.com in Z-LOAD-BALANCERS",
        "api.teamflow.app -> production.elb.amazonaws.com in Z-LOAD-BALANCERS",
        "pre.teamflow.app -> pre.elb.amazonaws.com in Z-LOAD-BALANCERS",
        "teamflow.app -> production.elb.amazonaws.com in Z-LOAD-BALANCERS",
      ]);
    });

    it("restricts its issuers by its own hosts in a given zone, and by the one record of a zone of the stack's own", async () => {
      const issuers = async (first: EdgeSettings, second: EdgeSettings) =>
        (await both(first, second)).resources
          .filter(({ inputs }) => inputs.type === "CAA")
          .map(({ inputs }) => inputs.name)
          .sort();
      assert.deepEqual(await issuers(given, pre), ["api.pre.teamflow.app", "api.teamflow.app", "pre.teamflow.app"]);
      assert.deepEqual(await issuers({ ...given, createZone: true }, { ...pre, createZone: true }), ["teamflow.app"]);
    });
  });

  it("tells the firewall's ARN to those who put it before a load balancer themselves", async () => {
    const arn = (waf: boolean) =>
      runMocked(
        () => {
          const settings = { ...given, waf };
          const common = { context, logKeyArn: "k", logRetentionDays: 30, protect: true };
          return { arn: new Edge("e", { ...common, settings }).firewallArn };
        },
        { outputs: asAws },
      );
    assert.equal((await arn(true)).result.arn, "acl-arn");
    assert.equal((await arn(false)).result.arn, undefined);
  });
});
