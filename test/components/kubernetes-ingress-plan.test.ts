import assert from "node:assert/strict";
import type { V1Ingress } from "@kubernetes/client-node";
import { withPods } from "../../components/kubernetes-application-plan.ts";
import {
  type IngressWish,
  planIngress,
  planIngressClass,
  planIngressParameters,
} from "../../components/kubernetes-ingress-plan.ts";
import { planService } from "../../components/kubernetes-service-plan.ts";
import { environmentArgs } from "../support/kubernetes-environment.ts";

const services = withPods(environmentArgs.services);
const wish: IngressWish = { ...environmentArgs, services };
const ingress = (changes: Partial<IngressWish> = {}) => planIngress({ ...wish, ...changes }) as unknown as V1Ingress;
const routes = (planned: V1Ingress) =>
  planned.spec?.rules?.flatMap(({ host, http }) =>
    (http?.paths ?? []).map(
      ({ backend, path, pathType }) =>
        `${host}${path} (${pathType}) -> ${backend.service?.name}:${backend.service?.port?.number}`,
    ),
  );

describe("the plan of an Ingress", () => {
  it("sends each host to its service", () => {
    assert.deepEqual(routes(ingress()), [
      "teamflow.app/ (Prefix) -> frontend-service:3000",
      "api.teamflow.app/ (Prefix) -> backend-service:8000",
    ]);
  });

  it("sends the backend's paths of a shared host to it before the frontend takes the rest", () => {
    const shared = { ...services, backend: { ...services.backend, paths: ["/api/*"] } };
    assert.deepEqual(routes(ingress({ hosts: { frontend: "teamflow.app" }, services: shared })), [
      "teamflow.app/api/* (ImplementationSpecific) -> backend-service:8000",
      "teamflow.app/* (ImplementationSpecific) -> frontend-service:3000",
    ]);
  });

  it("serves HTTPS behind the firewall, under the name that settings give, and is waited for by its address", () => {
    const { annotations } = ingress().metadata ?? {};
    const of = (name: string) => annotations?.[`alb.ingress.kubernetes.io/${name}`];
    assert.deepEqual(
      [of("ssl-redirect"), of("wafv2-acl-arn"), of("load-balancer-name"), of("target-type")],
      ["443", "firewall-arn", "teamflow-prod-teamflow", "ip"],
    );
    assert.deepEqual(JSON.parse(of("listen-ports") ?? ""), [{ HTTP: 80 }, { HTTPS: 443 }]);
    assert.equal(annotations?.["pulumi.com/waitFor"], "jsonpath={.status.loadBalancer.ingress[0].hostname}");
  });

  it("asks each service for its health by its own path", () => {
    const path = (service: "backend" | "frontend") =>
      planService(wish, service, services[service]).metadata.annotations["alb.ingress.kubernetes.io/healthcheck-path"];
    assert.deepEqual([path("backend"), path("frontend")], ["/health", "/"]);
  });

  it("uses no annotation that Auto Mode does not know", () => {
    const names = Object.keys(ingress().metadata?.annotations ?? {}).map((name) => name.split("/")[1]);
    for (const unknown of ["group.name", "waf-acl-id", "web-acl-id", "shield-advanced-protection", "ingress.class"])
      assert.ok(!names.includes(unknown), unknown);
  });

  it("keeps an environment's class and certificate from every other namespace", () => {
    const other = { ...wish, namespace: "teamflow-pre" };
    assert.equal(
      (planIngressClass(other).spec as { parameters: { name: string } }).parameters.name,
      "alb-teamflow-pre",
    );
    const { metadata, spec } = planIngressParameters(wish);
    assert.deepEqual(spec.namespaceSelector, { matchLabels: { "kubernetes.io/metadata.name": "teamflow" } });
    assert.deepEqual([metadata.name, planIngressParameters(other).metadata.name], ["alb-teamflow", "alb-teamflow-pre"]);
    assert.deepEqual(spec.certificateARNs, ["certificate-arn"]);
  });
});
