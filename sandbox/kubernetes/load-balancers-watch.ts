import {
  CoreV1Api,
  CustomObjectsApi,
  DiscoveryV1Api,
  type Informer,
  type KubeConfig,
  type KubernetesListObject,
  type KubernetesObject,
  makeInformer,
  NetworkingV1Api,
  type ObjectCache,
} from "@kubernetes/client-node";
import type { IngressClassParams, Snapshot } from "./load-balancers-objects.ts";

/** How long until a watch that broke is begun again, in milliseconds. */
const pause = 1000;

/** A copy of all objects of some kinds that a cluster has, which is kept up to date. */
export class Watched {
  private readonly informers: (Informer<KubernetesObject> & ObjectCache<KubernetesObject>)[] = [];
  private readonly timers = new Set<NodeJS.Timeout>();
  private readonly lists: { readonly [Kind in keyof Snapshot]: ObjectCache<KubernetesObject> };
  private readonly onChange: () => void;
  /** Kinds of which a list was had, and those of which the copy has it. */
  private readonly answered = new Set<unknown>();
  private readonly listed = new Set<unknown>();
  private stopped = false;

  /** @param onChange after anything changed */
  constructor(config: KubeConfig, onChange: () => void) {
    this.onChange = onChange;
    const [core, networking] = [config.makeApiClient(CoreV1Api), config.makeApiClient(NetworkingV1Api)];
    const discovery = config.makeApiClient(DiscoveryV1Api);
    const custom = config.makeApiClient(CustomObjectsApi);
    const parameters = { group: "eks.amazonaws.com", version: "v1", plural: "ingressclassparams" };
    const watch = (path: string, list: () => Promise<KubernetesListObject<KubernetesObject>>) => {
      const informer = makeInformer<KubernetesObject>(config, path, async () => {
        const objects = await list();
        this.answered.add(informer);
        return objects;
      });
      this.informers.push(informer);
      return informer;
    };
    this.lists = {
      ingresses: watch("/apis/networking.k8s.io/v1/ingresses", () => networking.listIngressForAllNamespaces()),
      classes: watch("/apis/networking.k8s.io/v1/ingressclasses", () => networking.listIngressClass()),
      parameters: watch(
        "/apis/eks.amazonaws.com/v1/ingressclassparams",
        () => custom.listClusterCustomObject(parameters) as Promise<KubernetesListObject<IngressClassParams>>,
      ),
      namespaces: watch("/api/v1/namespaces", () => core.listNamespace()),
      services: watch("/api/v1/services", () => core.listServiceForAllNamespaces()),
      slices: watch("/apis/discovery.k8s.io/v1/endpointslices", () => discovery.listEndpointSliceForAllNamespaces()),
      pods: watch("/api/v1/pods", () => core.listPodForAllNamespaces()),
    };
  }

  /** Begins to watch; each kind is asked for until it answers. */
  start(): void {
    for (const informer of this.informers) {
      for (const event of ["add", "update", "delete"] as const) informer.on(event, this.onChange);
      const begin = () => {
        if (this.stopped) return;
        const began = informer.start().then(() => {
          // It begins without an error also when the list could not be had, and says that as an event.
          if (this.answered.has(informer)) this.listed.add(informer);
          this.onChange();
        });
        began.catch(again);
      };
      const again = () => {
        const timer = setTimeout(() => {
          this.timers.delete(timer);
          begin();
        }, pause);
        this.timers.add(timer);
      };
      informer.on("error", again);
      begin();
    }
  }

  async stop(): Promise<void> {
    this.stopped = true;
    for (const timer of this.timers) clearTimeout(timer);
    await Promise.all(this.informers.map((informer) => informer.stop()));
  }

  /** What there is; undefined until all kinds have been listed, since what is not known yet must not be taken for gone. */
  snapshot(): Snapshot | undefined {
    if (this.listed.size < this.informers.length) return undefined;
    const entries = Object.entries(this.lists).map(([kind, cache]) => [kind, cache.list()]);
    return Object.fromEntries(entries) as unknown as Snapshot;
  }
}
