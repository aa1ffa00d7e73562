import assert from "node:assert/strict";
import fc from "fast-check";
import { connections, type NetworkRecords, type RuleRecord, waysOut } from "./reachability.ts";

const tcp = (
  groupId: string,
  direction: RuleRecord["direction"],
  port: number,
  end: Partial<RuleRecord>,
): RuleRecord => ({
  groupId,
  direction,
  protocol: "tcp",
  fromPort: port,
  toPort: port,
  ...end,
});

/** A load balancer before a backend before a database: the world as it should be. */
const world: NetworkRecords = {
  vpcCidr: "10.1.0.0/16",
  groups: [
    { id: "sg-alb", name: "alb", subnetIds: ["public"] },
    { id: "sg-backend", name: "backend", subnetIds: ["private"] },
    { id: "sg-database", name: "database", subnetIds: ["isolated"] },
  ],
  rules: [
    tcp("sg-alb", "ingress", 443, { cidr: "0.0.0.0/0" }),
    tcp("sg-alb", "egress", 8000, { peerGroupId: "sg-backend" }),
    tcp("sg-backend", "ingress", 8000, { peerGroupId: "sg-alb" }),
    tcp("sg-backend", "egress", 5432, { peerGroupId: "sg-database" }),
    tcp("sg-backend", "egress", 443, { cidr: "0.0.0.0/0" }),
    tcp("sg-backend", "egress", 443, { prefixListId: "pl-s3" }),
    tcp("sg-database", "ingress", 5432, { peerGroupId: "sg-backend" }),
  ],
  subnets: [
    { id: "public", name: "public", cidr: "10.1.1.0/24", routeTableId: "rtb-public" },
    { id: "private", name: "private", cidr: "10.1.11.0/24", routeTableId: "rtb-private" },
    { id: "isolated", name: "isolated", cidr: "10.1.21.0/24", routeTableId: "rtb-isolated" },
  ],
  routes: [
    { routeTableId: "rtb-public", destination: "10.1.0.0/16", target: "local" },
    { routeTableId: "rtb-public", destination: "0.0.0.0/0", target: "igw-1" },
    { routeTableId: "rtb-private", destination: "0.0.0.0/0", target: "nat-1" },
    { routeTableId: "rtb-isolated", destination: "pl-s3", target: "vpce-1" },
  ],
};

const expected = [
  "alb -> backend tcp 8000",
  // The balancer is open to all addresses, and the backend may go to all of them on that port.
  "backend -> alb tcp 443",
  "backend -> database tcp 5432",
  "backend -> internet tcp 443",
  "backend -> pl-s3 tcp 443",
  "internet -> alb tcp 443",
];

const having = (rule: RuleRecord): NetworkRecords => ({ ...world, rules: [...world.rules, rule] });
const without = (index: number): NetworkRecords => ({ ...world, rules: world.rules.toSpliced(index, 1) });

describe("test/support/reachability", () => {
  it("finds the connections of a well-built network, and the way out of each subnet", () => {
    assert.deepEqual(connections(world), expected);
    assert.deepEqual(waysOut(world), { public: "internet gateway", private: "NAT", isolated: "none" });
  });

  it("takes both ends of a connection: a way out without a way in lets nothing through, nor the reverse", () => {
    for (const index of [1, 2]) assert.deepEqual(connections(without(index)), expected.slice(1));
  });

  it("sees who gets in through a range of addresses", () => {
    const open = having(tcp("sg-database", "ingress", 443, { cidr: "10.1.8.0/21" }));
    assert.deepEqual(connections(open), ["backend -> database tcp 443", ...expected].sort());
  });

  it("sees a database that a rule opens to the world only where a route leads to it", () => {
    const open = having(tcp("sg-database", "ingress", 5432, { cidr: "0.0.0.0/0" }));
    assert.deepEqual(connections(open), expected);
    const route = { routeTableId: "rtb-isolated", destination: "0.0.0.0/0", target: "igw-1" };
    const routed = { ...open, routes: [...open.routes, route] };
    assert.deepEqual(connections(routed), [...expected, "internet -> database tcp 5432"].sort());
  });

  it("names the ports that both ends let through", () => {
    const wide: NetworkRecords = {
      ...world,
      rules: [
        { ...tcp("sg-alb", "egress", 0, { peerGroupId: "sg-backend" }), protocol: "-1" },
        { ...tcp("sg-backend", "ingress", 8000, { cidr: "10.1.1.0/24" }), toPort: 8010 },
      ],
    };
    assert.deepEqual(connections(wide), ["alb -> backend tcp 8000-8010"]);
  });

  it("takes a route to any address outside the VPC for a way out, not only the default route", () => {
    const half = { routeTableId: "rtb-isolated", destination: "128.0.0.0/1", target: "nat-1" };
    assert.equal(waysOut({ ...world, routes: [...world.routes, half] }).isolated, "NAT");
  });

  it("never loses a connection by one more rule", () => {
    const end = fc.oneof(
      fc.constantFrom("sg-alb", "sg-backend", "sg-database").map((peerGroupId) => ({ peerGroupId })),
      fc.constantFrom("0.0.0.0/0", "10.1.0.0/16", "10.1.21.0/24").map((cidr) => ({ cidr })),
    );
    const rule = fc
      .tuple(
        fc.constantFrom("sg-alb", "sg-backend", "sg-database"),
        fc.constantFrom<RuleRecord["direction"]>("ingress", "egress"),
        fc.constantFrom(443, 5432, 8000),
        end,
      )
      .map(([group, direction, port, other]) => tcp(group, direction, port, other));
    fc.assert(
      fc.property(rule, (added) => {
        const after = connections(having(added));
        for (const connection of expected) assert.ok(after.includes(connection), `${connection} is lost`);
      }),
    );
  });
});
