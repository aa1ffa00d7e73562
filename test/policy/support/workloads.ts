import type { Given } from "./cases.ts";

type Properties = Readonly<Record<string, unknown>>;

/** A Deployment of one container in the namespace shop; what is given is added to the container, the pod and the Deployment. */
export function deployment(container: Properties = {}, pod: Properties = {}, spec: Properties = {}): Given {
  const template = {
    metadata: { labels: { app: "web" } },
    spec: { containers: [{ name: "web", ...container }], ...pod },
  };
  return {
    type: "kubernetes:apps/v1:Deployment",
    props: { metadata: { name: "web", namespace: "shop" }, spec: { ...spec, template } },
  };
}

/** An object of Kubernetes in the namespace shop. */
export function object(type: string, spec: Properties, metadata: Properties = {}): Given {
  return {
    type: `kubernetes:${type}`,
    name: type,
    props: { metadata: { name: "web", namespace: "shop", ...metadata }, spec },
  };
}
