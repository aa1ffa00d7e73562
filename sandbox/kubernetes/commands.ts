import { credentialFiles, kubeconfigFile } from "./credentials.ts";
import type { ClusterRecord } from "./record.ts";

/** The processes of a cluster, in the order in which they start. */
export const clusterParts = ["etcd", "apiserver", "controller-manager", "scheduler", "nodes"] as const;
export type ClusterPart = (typeof clusterParts)[number];

/** How many nodes each zone has: enough to spread over, and to drain one of. */
const nodesPerZone = 2;

/** Addresses of services, as EKS chooses them for a VPC in 10.0.0.0/8. */
const serviceRange = "172.20.0.0/16";

/** Sockets in the cluster's folder, which only its owner may enter: etcd itself asks nobody who they are. */
const etcdSocket = "unix://etcd.sock:0";
const etcdPeerSocket = "unix://etcd-peer.sock:0";

/** What EKS runs of the controllers, without those that speak to a cloud or keep volumes. */
const controllers = [
  "clusterrole-aggregation",
  "cronjob",
  "daemonset",
  "deployment",
  "disruption",
  "endpoints",
  "endpointslice",
  "garbage-collector",
  "horizontal-pod-autoscaler",
  "job",
  "legacy-serviceaccount-token-cleaner",
  "namespace",
  "node-lifecycle",
  "pod-garbage-collector",
  "replicaset",
  "resourcequota",
  "root-ca-certificate-publisher",
  "serviceaccount",
  "statefulset",
  "taint-eviction",
  "ttl-after-finished",
  "validatingadmissionpolicy-status",
] as const;

/** What the nodes of a cluster are told beside the cluster itself. */
export interface NodesSettings {
  /** JSON of `operatorImage()`: what runs as a process. */
  readonly images: unknown;
  /** Environment of such processes. */
  readonly environment: Readonly<Record<string, string>>;
  /** The local AWS. */
  readonly endpoint: string;
}

/** Arguments of `slipway-kubernetes` for each part; files are named relative to the cluster's folder, in which they run. */
export function clusterCommands(
  { order, port }: ClusterRecord,
  nodes: NodesSettings,
): Readonly<Record<ClusterPart, readonly string[]>> {
  return {
    etcd: [
      "etcd",
      "--name=sandbox",
      "--data-dir=etcd",
      `--listen-client-urls=${etcdSocket}`,
      `--advertise-client-urls=${etcdSocket}`,
      `--listen-peer-urls=${etcdPeerSocket}`,
      `--initial-advertise-peer-urls=${etcdPeerSocket}`,
      `--initial-cluster=sandbox=${etcdPeerSocket}`,
      // One member has nobody to hear from; it would only wake the machine ten times a second.
      "--heartbeat-interval=500",
      "--election-timeout=2500",
      "--log-level=warn",
    ],
    apiserver: [
      "apiserver",
      `--etcd-servers=${etcdSocket}`,
      "--bind-address=127.0.0.1",
      "--advertise-address=127.0.0.1",
      `--secure-port=${port}`,
      `--tls-cert-file=${credentialFiles.certificate}`,
      `--tls-private-key-file=${credentialFiles.certificateKey}`,
      "--service-account-issuer=https://kubernetes.default.svc",
      `--service-account-signing-key-file=${credentialFiles.serviceAccountKey}`,
      `--service-account-key-file=${credentialFiles.serviceAccountPublicKey}`,
      `--token-auth-file=${credentialFiles.tokens}`,
      `--authentication-token-webhook-config-file=${credentialFiles.webhook}`,
      "--authentication-token-webhook-version=v1",
      // An access entry that is taken away takes effect after so long.
      "--authentication-token-webhook-cache-ttl=10s",
      // How it reaches the nodes, which are one process of this machine, and shows who it is, when somebody asks it for logs.
      "--kubelet-preferred-address-types=ExternalIP",
      `--kubelet-client-certificate=${credentialFiles.certificate}`,
      `--kubelet-client-key=${credentialFiles.certificateKey}`,
      "--authorization-mode=RBAC",
      // As EKS: whether a namespace takes privileged pods is for pod security to say.
      "--allow-privileged=true",
      "--anonymous-auth=false",
      `--service-cluster-ip-range=${serviceRange}`,
      "--endpoint-reconciler-type=none",
      "--profiling=false",
      ...emulation(order.version),
    ],
    "controller-manager": [
      "controller-manager",
      `--kubeconfig=${kubeconfigFile("controller-manager")}`,
      `--service-account-private-key-file=${credentialFiles.serviceAccountKey}`,
      `--root-ca-file=${credentialFiles.authority}`,
      "--use-service-account-credentials=true",
      "--leader-elect=false",
      "--secure-port=0",
      `--controllers=${controllers.map((name) => `${name}-controller`).join(",")}`,
      "--profiling=false",
      ...emulation(order.version),
    ],
    scheduler: [
      "scheduler",
      `--kubeconfig=${kubeconfigFile("scheduler")}`,
      `--authentication-kubeconfig=${kubeconfigFile("scheduler")}`,
      `--authorization-kubeconfig=${kubeconfigFile("scheduler")}`,
      "--leader-elect=false",
      "--secure-port=0",
      "--profiling=false",
      ...emulation(order.version),
    ],
    nodes: [
      "nodes",
      "--kubeconfig",
      kubeconfigFile("nodes"),
      "--zones",
      order.zones.map(({ name }) => name).join(","),
      "--per-zone",
      String(nodesPerZone),
      "--cidrs",
      // One range a zone is what the nodes use.
      order.zones.map(({ name, cidrs }) => `${name}=${cidrs[0]}`).join(","),
      "--faults-namespace",
      "kube-system",
      "--log-directory",
      podLogs,
      "--process-images",
      JSON.stringify(nodes.images),
      "--process-environment",
      JSON.stringify(nodes.environment),
      "--endpoint",
      nodes.endpoint,
      "--kubelet-client-ca",
      credentialFiles.authority,
      // They play machines: without the sandbox there are none.
      "--parent",
      String(process.pid),
    ],
  };
}

/** The versions of EKS that this Kubernetes can behave as (its `--emulated-version`); the last one is its own. */
const emulated = ["1.33", "1.34", "1.35", "1.36"];

/** A cluster of an earlier version gets that version's interfaces and defaults from the one program that there is. */
function emulation(version: string): string[] {
  return emulated.slice(0, -1).includes(version) ? [`--emulated-version=kube=${version}`] : [];
}

/** Where the nodes write what pods print, relative to the cluster's folder: `<namespace>/<pod>/<container>.log`. */
export const podLogs = "logs/pods";
