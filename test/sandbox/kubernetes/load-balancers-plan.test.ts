import assert from "node:assert/strict";
import type { V1Ingress } from "@kubernetes/client-node";
import type { Snapshot } from "../../../sandbox/kubernetes/load-balancers-objects.ts";
import { planLoadBalancers } from "../../../sandbox/kubernetes/load-balancers-plan.ts";

const certificate = "arn:aws:acm:us-west-2:000000000000:certificate/1";

interface Wish {
  readonly annotations?: Readonly<Record<string, string>>;
  readonly paths?: readonly (readonly [path: string, type: string, service?: string])[];
  readonly className?: string;
  readonly host?: string;
  readonly name?: string;
}

function ingress({
  annotations = {},
  className = "alb",
  host = "a.example",
  name = "web",
  paths,
}: Wish = {}): V1Ingress {
  return {
    metadata: {
      name,
      namespace: "shop",
      annotations: Object.fromEntries(
        Object.entries(annotations).map(([key, value]) => [`alb.ingress.kubernetes.io/${key}`, value]),
      ),
    },
    spec: {
      ingressClassName: className,
      rules: [
        {
          host,
          http: {
            paths: (paths ?? [["/", "Prefix"]]).map(([path, pathType, service = "web"]) => ({
              path,
              pathType,
              backend: { service: { name: service, port: { number: 80 } } },
            })),
          },
        },
      ],
    },
  };
}

const ready = (address: string, conditions: object = { ready: true }, pod = `web-${address}`) => ({
  addresses: [address],
  conditions,
  targetRef: { kind: "Pod", name: pod },
});

function snapshot(change: Partial<Snapshot> = {}, parameters: object = {}): Snapshot {
  const reference = { apiGroup: "eks.amazonaws.com", kind: "IngressClassParams", name: "alb" };
  return {
    ingresses: [ingress()],
    classes: [
      { metadata: { name: "alb" }, spec: { controller: "eks.amazonaws.com/alb", parameters: reference } },
      { metadata: { name: "nginx" }, spec: { controller: "k8s.io/ingress-nginx" } },
    ],
    parameters: [{ metadata: { name: "alb" }, spec: { certificateARNs: [certificate], ...parameters } }],
    namespaces: [{ metadata: { name: "shop", labels: { team: "shop" } } }],
    services: [{ metadata: { name: "web", namespace: "shop" }, spec: { ports: [{ port: 80, targetPort: "http" }] } }],
    slices: [
      {
        addressType: "IPv4",
        metadata: { name: "web-1", namespace: "shop", labels: { "kubernetes.io/service-name": "web" } },
        ports: [{ port: 8080 }],
        endpoints: [ready("10.2.16.5"), ready("10.2.16.4")],
      },
    ],
    pods: [],
    ...change,
  };
}

const plan = (given: Snapshot) => planLoadBalancers(given, "main");
const one = (given: Snapshot) => {
  const { balancers, failures } = plan(given);
  assert.deepEqual(failures, []);
  assert.equal(balancers.length, 1);
  const [balancer] = balancers;
  assert.ok(balancer);
  return balancer;
};
const failure = (given: Snapshot) =>
  plan(given)
    .failures.map(({ message }) => message)
    .join();

describe("sandbox: plans of load balancers", () => {
  it("leaves Ingresses of other classes and those that are going alone", () => {
    const going = ingress({ name: "going" });
    const deletionTimestamp = new Date();
    const ingresses = [
      ingress({ className: "nginx" }),
      { ...going, metadata: { ...going.metadata, deletionTimestamp } },
    ];
    assert.deepEqual(plan(snapshot({ ingresses })), { balancers: [], failures: [] });
  });

  it("names one that has no name within 32 characters, and each otherwise", () => {
    const names = ["web", "a-very-long-name-of-an-ingress", "a-very-long-name-of-another"].map(
      (name) => one(snapshot({ ingresses: [ingress({ name })] })).name,
    );
    for (const name of names) assert.match(name, /^k8s-shop-[a-zA-Z0-9]{1,8}-[0-9a-f]{10}$/);
    assert.equal(new Set(names).size, 3);
  });

  it("asks rules in the controller's order: exact, the longer prefix, then as written", () => {
    const paths = [
      ["/zed*", "ImplementationSpecific"],
      ["/", "Prefix"],
      ["/api/v1/", "Prefix"],
      ["/health", "Exact"],
    ] as const;
    const { listeners } = one(snapshot({ ingresses: [ingress({ paths })] }));
    assert.deepEqual(
      listeners[0]?.rules.map((rule) => rule.paths),
      [["/health"], ["/api/v1", "/api/v1/*"], ["/*"], ["/zed*"]],
    );
  });

  it("sends the plain listener to the secure one, which has every certificate of its group", () => {
    const annotations = { "listen-ports": '[{"HTTP":80},{"HTTPS":443}]', "ssl-redirect": "443" };
    const { listeners } = one(snapshot({ ingresses: [ingress({ annotations })] }));
    assert.deepEqual(
      listeners.map(({ certificates, otherwise, port, rules }) => [port, otherwise.kind, rules.length, certificates]),
      [
        [80, "redirect", 0, []],
        [443, "respond", 1, [certificate]],
      ],
    );
  });

  it("joins the Ingresses of a group, in the order that they ask for", () => {
    const ingresses = [
      ingress({ name: "first", host: "b.example", annotations: { "group.order": "2" } }),
      ingress({ name: "second", host: "a.example", annotations: { "group.order": "1" } }),
    ];
    const { listeners, members, stack } = one(snapshot({ ingresses }, { group: { name: "public" } }));
    assert.deepEqual([stack, members], ["public", ["shop/second", "shop/first"]]);
    assert.deepEqual(
      listeners[0]?.rules.map(({ host }) => host),
      ["a.example", "b.example"],
    );
  });

  it("has the ready pods as targets, and those that only wait for being one", () => {
    const gate = (type: string) => ({ readinessGates: [{ conditionType: type }], containers: [] });
    const running = { conditions: [{ type: "ContainersReady", status: "True" }] };
    const pods = [
      {
        metadata: { name: "gated", namespace: "shop" },
        spec: gate("target-health.eks.amazonaws.com/x"),
        status: running,
      },
      { metadata: { name: "other", namespace: "shop" }, spec: gate("example.com/x"), status: running },
      {
        metadata: { name: "starting", namespace: "shop" },
        spec: gate("target-health.eks.amazonaws.com/x"),
        status: {},
      },
    ];
    const endpoints = [
      ready("10.2.16.9", { ready: false }, "gated"),
      ready("10.2.16.8", { ready: false }, "other"),
      ready("10.2.16.7", { ready: false }, "starting"),
      ready("10.2.16.6", { ready: false, serving: true, terminating: true }, "gated"),
      ready("10.2.16.5"),
    ];
    const [slice] = snapshot().slices;
    assert.ok(slice);
    const { targetGroups } = one(snapshot({ pods, slices: [{ ...slice, endpoints }] }));
    assert.deepEqual(
      targetGroups[0]?.targets.map(({ address, port }) => `${address}:${port}`),
      ["10.2.16.5:8080", "10.2.16.9:8080"],
    );
  });

  it("lets what a service says of its health go before what the Ingress says", () => {
    const prefix = "alb.ingress.kubernetes.io";
    const [service] = snapshot().services;
    const annotations = { [`${prefix}/healthcheck-path`]: "/ready" };
    const services = [{ ...service, metadata: { ...service?.metadata, annotations } }];
    const said = {
      "healthcheck-path": "/",
      "healthcheck-interval-seconds": "7",
      "target-group-attributes": "a.b=1, c=2",
    };
    const { targetGroups } = one(snapshot({ services, ingresses: [ingress({ annotations: said })] }));
    const [group] = targetGroups;
    assert.deepEqual([group?.healthCheck.path, group?.healthCheck.intervalSeconds], ["/ready", 7]);
    assert.deepEqual(group?.attributes, { "a.b": "1", c: "2" });
  });

  it("stands without a service, and says what is missing", () => {
    const { listeners, targetGroups, warnings } = one(snapshot({ services: [] }));
    assert.deepEqual(listeners[0]?.rules[0]?.action, {
      kind: "respond",
      status: 503,
      text: "Backend service does not exist",
    });
    assert.deepEqual(targetGroups, []);
    assert.match(warnings[0]?.message ?? "", /service "shop\/web" not found/);
  });

  const refused: readonly [string, Snapshot, RegExp][] = [
    [
      "parameters that there are not",
      snapshot({ parameters: [] }),
      /ingressclassparams\.eks\.amazonaws\.com "alb" not found/,
    ],
    [
      "a namespace that the class is not for",
      snapshot({}, { namespaceSelector: { matchLabels: { team: "other" } } }),
      /namespaceSelector .* mismatch/,
    ],
    [
      "HTTPS without a certificate",
      snapshot(
        { ingresses: [ingress({ annotations: { "listen-ports": '[{"HTTPS":443}]' } })] },
        { certificateARNs: [] },
      ),
      /no certificate found for host: a\.example/,
    ],
    [
      "a redirect to a listener that there is not",
      snapshot({ ingresses: [ingress({ annotations: { "listen-ports": '[{"HTTP":80}]', "ssl-redirect": "443" } })] }),
      /listener does not exist for SSLRedirect port: 443/,
    ],
    [
      "ports that are none",
      snapshot({ ingresses: [ingress({ annotations: { "listen-ports": '[{"UDP":53}]' } })] }),
      /failed to parse listen-ports/,
    ],
    ["a wildcard in a prefix", snapshot({ ingresses: [ingress({ paths: [["/a*", "Prefix"]] })] }), /wildcards: \/a\*/],
    [
      "targets by the nodes' ports",
      snapshot({ ingresses: [ingress({ annotations: { "target-type": "instance" } })] }),
      /target-type instance/,
    ],
  ];
  for (const [what, given, message] of refused) {
    it(`refuses ${what}, and says so of the Ingress`, () => {
      assert.match(failure(given), message);
      assert.equal(plan(given).failures[0]?.reason, "FailedBuildModel");
    });
  }

  it("keeps one Ingress's mistake from the others", () => {
    const wrong = ingress({ name: "wrong", annotations: { "ssl-redirect": "tls" } });
    const { balancers, failures } = plan(snapshot({ ingresses: [wrong, ingress()] }));
    assert.deepEqual(
      [balancers.map(({ stack }) => stack), failures.map((each) => each.stack)],
      [["shop/web"], ["shop/wrong"]],
    );
  });
});
