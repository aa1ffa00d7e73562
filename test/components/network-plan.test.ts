import assert from "node:assert/strict";
import fc from "fast-check";
import {
  gridProblem,
  kubernetesTags,
  type NetworkPlatform,
  type NetworkSettings,
  planNatGateways,
  planSubnets,
  tiers,
} from "../../components/network-plan.ts";
import { contains, overlaps, parseCidr } from "../../infra/cidr.ts";

const network = (cidr: string, letters: string, more: Partial<NetworkSettings> = {}): NetworkSettings => ({
  cidr,
  zones: [...letters].map((letter) => `us-west-2${letter}`),
  natGateways: "single",
  interfaceEndpoints: "single",
  flowLogs: true,
  ...more,
});

/** The plan as a table: `public-a 10.1.1.0/24`. */
const shown = (settings: NetworkSettings, platform: NetworkPlatform) =>
  planSubnets(settings, platform).map(({ cidr, letter, tier }) => `${tier}-${letter} ${cidr}`);

const sizes = fc.integer({ min: 16, max: 24 });
const platforms = fc.constantFrom<NetworkPlatform>("ecs", "eks");

/** A network on the grid that has a place for every zone, and an order in which its zones were added. */
const growth = fc
  .tuple(sizes, platforms, fc.nat(255), fc.shuffledSubarray([..."abcdef"], { minLength: 1 }))
  .map(([prefix, platform, block, letters]) => ({ cidr: `10.${block}.0.0/${prefix}`, platform, letters }))
  .filter(({ cidr, letters, platform }) => !gridProblem(network(cidr, letters.join("")), platform));

const range = (text: string) => {
  const parsed = parseCidr(text);
  assert.ok(parsed, text);
  return parsed;
};

describe("components/network-plan", () => {
  describe("subnets", () => {
    it("are those of the Terraform that staging had", () => {
      assert.deepEqual(shown(network("10.1.0.0/16", "ab"), "ecs"), [
        "public-a 10.1.1.0/24",
        "public-b 10.1.2.0/24",
        "private-a 10.1.11.0/24",
        "private-b 10.1.12.0/24",
        "isolated-a 10.1.21.0/24",
        "isolated-b 10.1.22.0/24",
      ]);
    });

    it("give pods 4,091 addresses a zone on EKS, and leave room for six zones", () => {
      assert.deepEqual(shown(network("10.2.0.0/16", "abcdef"), "eks"), [
        ...[1, 2, 3, 4, 5, 6].map((index) => `public-${" abcdef"[index]} 10.2.${index}.0/24`),
        ...[16, 32, 48, 64, 80, 96].map((third, index) => `private-${"abcdef"[index]} 10.2.${third}.0/20`),
        ...[9, 10, 11, 12, 13, 14].map((third, index) => `isolated-${"abcdef"[index]} 10.2.${third}.0/24`),
      ]);
    });

    for (const [cidr, platform, expected] of [
      ["10.3.16.0/20", "ecs", ["10.3.16.0/25", "10.3.16.128/25", "10.3.20.0/25", "10.3.20.128/25", "10.3.24.0/25"]],
      ["10.3.2.0/23", "ecs", ["10.3.2.0/27", "10.3.2.32/27", "10.3.2.128/27", "10.3.2.160/27", "10.3.3.0/27"]],
      ["10.3.2.0/24", "ecs", ["10.3.2.0/27", "10.3.2.32/27", "10.3.2.64/27", "10.3.2.96/27", "10.3.2.128/27"]],
      ["10.3.0.0/18", "eks", ["10.3.0.128/25", "10.3.1.0/25", "10.3.8.0/21", "10.3.16.0/21", "10.3.4.128/25"]],
    ] as const) {
      it(`fit into ${cidr} on ${platform}`, () => {
        const plan = planSubnets(network(cidr, "ab"), platform).map((subnet) => subnet.cidr);
        assert.deepEqual(plan.slice(0, 5), expected);
      });
    }

    it("keep their CIDR however zones are added, in any order", () => {
      fc.assert(
        fc.property(growth, ({ cidr, letters, platform }) => {
          const all = new Set(shown(network(cidr, letters.join("")), platform));
          letters.forEach((_, index) => {
            const before = shown(network(cidr, letters.slice(0, index + 1).join("")), platform);
            for (const subnet of before) assert.ok(all.has(subnet), `${subnet} has moved`);
          });
        }),
        { numRuns: 500 },
      );
    });

    it("leave room for a fourth tier beside them, in every size of VPC and with every zone in use", () => {
      for (const platform of ["ecs", "eks"] as const) {
        for (let prefix = 16; prefix <= 24; prefix += 1) {
          const cidr = `10.2.0.0/${prefix}`;
          const letters = ["abcdef", "abcd", "ab"].find((some) => !gridProblem(network(cidr, some), platform));
          if (letters === undefined) continue;
          const blocks = planSubnets(network(cidr, letters), platform).map((subnet) => range(subnet.cidr));
          const free = range(cidr).last - Math.max(...blocks.map(({ last }) => last));
          const smallest = Math.min(...blocks.map(({ first, last }) => last - first + 1));
          assert.ok(free >= letters.length * smallest, `${platform} ${cidr} has ${free} addresses left`);
        }
      }
    });

    it("lie in the VPC, overlap nowhere, and are of a size that AWS and its load balancers take", () => {
      fc.assert(
        fc.property(growth, ({ cidr, letters, platform }) => {
          const plan = planSubnets(network(cidr, letters.join("")), platform);
          assert.equal(plan.length, tiers.length * letters.length);
          const blocks = plan.map((subnet) => range(subnet.cidr));
          blocks.forEach((block, index) => {
            assert.ok(contains(range(cidr), block));
            assert.ok(block.prefix >= 16 && block.prefix <= 27);
            for (const other of blocks.slice(index + 1)) assert.ok(!overlaps(block, other));
          });
        }),
        { numRuns: 500 },
      );
    });

    it("come in the order of tiers and letters, whatever the order of the settings", () => {
      assert.deepEqual(shown(network("10.1.0.0/16", "cab"), "ecs"), shown(network("10.1.0.0/16", "abc"), "ecs"));
    });

    it("are those of the settings where these list them, each with the zone at its place in the list", () => {
      const subnets = { public: ["10.1.8.0/24", "10.1.9.0/24"], private: ["10.1.0.0/24", "10.1.1.0/24"] };
      const settings = network("10.1.0.0/16", "ba", {
        subnets: { ...subnets, isolated: ["10.1.2.0/28", "10.1.3.0/28"] },
      });
      assert.deepEqual(shown(settings, "ecs"), [
        "public-a 10.1.9.0/24",
        "public-b 10.1.8.0/24",
        "private-a 10.1.1.0/24",
        "private-b 10.1.0.0/24",
        "isolated-a 10.1.3.0/28",
        "isolated-b 10.1.2.0/28",
      ]);
    });

    it("are planned for six zones in every VPC that has 1,024 addresses or more, on EKS 4,096", () => {
      for (const [platform, smallest] of [
        ["ecs", 22],
        ["eks", 20],
      ] as const) {
        for (let prefix = 16; prefix <= 24; prefix += 1) {
          const found = gridProblem(network(`10.0.0.0/${prefix}`, "abcdef"), platform);
          assert.equal(found === undefined, prefix <= smallest, `${platform} /${prefix}`);
        }
      }
    });

    it("without a place are named with a remedy that works", () => {
      fc.assert(
        fc.property(
          sizes,
          platforms,
          fc.shuffledSubarray([..."abcdef"], { minLength: 1 }),
          (prefix, platform, letters) => {
            const settings = network(`10.0.0.0/${prefix}`, letters.join(""));
            const found = gridProblem(settings, platform);
            if (!found) return;
            assert.throws(() => planSubnets(settings, platform), RangeError);
            const size = /of size (?:\/16 to )?\/(\d+)/.exec(found.remedy)?.[1];
            const [group, index] = found.path;
            const bad = group === "zones" ? [...letters.slice(0, index), letters[index]] : letters;
            assert.equal(gridProblem(network(`10.0.0.0/${size}`, bad.join("")), platform), undefined);
          },
        ),
      );
    });
  });

  describe("NAT gateways", () => {
    const plan = (letters: string, natGateways: NetworkSettings["natGateways"]) =>
      planNatGateways(network("10.1.0.0/16", letters, { natGateways })).map(
        ({ letter, part, serves }) => `${part} in ${letter ?? "the region"} for ${serves.join("")}`,
      );

    it("stand alone, in the first zone by letter, when there is a single one", () =>
      assert.deepEqual(plan("cba", "single"), ["nat-a in a for abc"]));

    it("serve their own zone when there is one in each, the first being the one that stood alone", () =>
      assert.deepEqual(plan("ba", "perZone"), ["nat-a in a for a", "nat-b in b for b"]));

    it("are one without a zone when it spans the region", () =>
      assert.deepEqual(plan("ab", "regional"), ["nat-regional in the region for ab"]));

    it("serve every zone exactly once", () => {
      fc.assert(
        fc.property(
          fc.shuffledSubarray([..."abcdef"], { minLength: 1 }),
          fc.constantFrom("single", "perZone", "regional"),
          (letters, natGateways) => {
            const settings = network("10.1.0.0/16", letters.join(""), { natGateways });
            const served = planNatGateways(settings).flatMap(({ serves }) => serves);
            assert.deepEqual(served.sort(), [...letters].sort());
          },
        ),
      );
    });
  });

  it("tells Kubernetes which subnets are for load balancers, and nothing of the data's", () => {
    assert.deepEqual(kubernetesTags("public", "eks"), { "kubernetes.io/role/elb": "1" });
    assert.deepEqual(kubernetesTags("private", "eks"), { "kubernetes.io/role/internal-elb": "1" });
    assert.deepEqual(kubernetesTags("isolated", "eks"), {});
    assert.deepEqual(kubernetesTags("public", "ecs"), {});
  });
});
