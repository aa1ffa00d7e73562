import * as k8s from "@pulumi/kubernetes";
import { flawsOf, type Program } from "./program.ts";
import { buildNamespace, buildWorkload } from "./sound-workload.ts";

function program(): void {
  carelessWorkloads();
  carelessObjects();
  buildNamespace();
  buildWorkload();
}

function carelessWorkloads(): void {
  new k8s.apps.v1.DaemonSet("agent", {
    metadata: { name: "agent" },
    spec: {
      selector: { matchLabels: { app: "agent" } },
      template: {
        metadata: { labels: { app: "agent" } },
        spec: {
          hostPID: true,
          hostIPC: true,
          hostNetwork: true,
          volumes: [{ name: "docker", hostPath: { path: "/var/run/docker.sock" } }],
          containers: [
            {
              name: "agent",
              image: "shop/agent:latest",
              ports: [{ containerPort: 8125, hostPort: 8125 }],
              securityContext: { privileged: true, runAsUser: 0, procMount: "Unmasked" },
              volumeMounts: [{ name: "docker", mountPath: "/var/run/docker.sock" }],
            },
          ],
        },
      },
    },
  });
  new k8s.apps.v1.Deployment("storefront", {
    metadata: { name: "storefront", namespace: "shop" },
    spec: {
      replicas: 1,
      strategy: { type: "Recreate" },
      selector: { matchLabels: { app: "storefront" } },
      template: {
        metadata: { labels: { app: "storefront" } },
        spec: {
          containers: [
            {
              name: "storefront",
              image: "storefront",
              env: [{ name: "STRIPE_API_KEY", value: "not-in-a-vault-at-all" }],
              envFrom: [{ secretRef: { name: "storefront" } }],
              securityContext: { capabilities: { add: ["SYS_ADMIN", "NET_RAW"] }, allowPrivilegeEscalation: true },
            },
          ],
        },
      },
    },
  });
}

function carelessObjects(): void {
  new k8s.core.v1.Namespace("shop", { metadata: { name: "shop" } });
  new k8s.core.v1.ServiceAccount("storefront-account", { metadata: { name: "storefront", namespace: "shop" } });
  new k8s.core.v1.Secret("storefront-secret", {
    metadata: { name: "storefront", namespace: "shop" },
    stringData: { dsn: "mysql-host/shop" },
  });
  new k8s.core.v1.ConfigMap("storefront-settings", {
    metadata: { name: "storefront", namespace: "shop" },
    data: { SMTP_PASSWORD: "letmein-smtp", LOG_LEVEL: "debug" },
  });
  new k8s.core.v1.Service("storefront-node", {
    metadata: { name: "storefront-node", namespace: "shop" },
    spec: { type: "NodePort", selector: { app: "storefront" }, ports: [{ port: 80, nodePort: 30080 }] },
  });
  new k8s.core.v1.Service("storefront-public", {
    metadata: { name: "storefront-public", namespace: "shop" },
    spec: { type: "LoadBalancer", selector: { app: "storefront" }, ports: [{ port: 80 }] },
  });
  new k8s.networking.v1.Ingress("storefront-ingress", {
    metadata: { name: "storefront", namespace: "shop" },
    spec: {
      rules: [
        {
          http: {
            paths: [
              { path: "/", pathType: "Prefix", backend: { service: { name: "storefront", port: { number: 80 } } } },
            ],
          },
        },
      ],
    },
  });
  new k8s.networking.v1.NetworkPolicy("allow-all", {
    metadata: { name: "allow-all", namespace: "shop" },
    spec: { podSelector: {}, policyTypes: ["Ingress"], ingress: [{}] },
  });
  new k8s.storage.v1.StorageClass("disks", {
    metadata: { name: "disks" },
    provisioner: "ebs.csi.aws.com",
    parameters: { type: "gp2" },
  });
}

export const leakyWorkloads: Program = {
  name: "leaky workloads",
  program,
  flaws: [
    ...flawsOf(
      "agent",
      ["pod-privilege-escalation", "pod-service-account", "image-registries"],
      [
        ["CKV_K8S_16", "is privileged", ["pod-privileged"]],
        ["CKV_K8S_17", "shares the host's processes", ["pod-host-namespaces"], "processes"],
        ["CKV_K8S_18", "shares the host's memory", ["pod-host-namespaces"], "memory"],
        ["CKV_K8S_19", "shares the host's network", ["pod-host-namespaces"], "network"],
        ["CKV_K8S_27", "mounts Docker's socket", ["pod-volumes"]],
        ["CKV_K8S_26", "opens a port of the host", ["pod-host-ports"]],
        ["CKV_K8S_23", "runs as root", ["pod-root-user"]],
        ["CKV_K8S_14", "runs the latest image", ["image-digests"]],
        ["CKV_K8S_22", "writes to its root filesystem", ["pod-root-filesystem"]],
        ["CKV_K8S_31", "has no seccomp profile", ["pod-seccomp"]],
        ["CKV_K8S_38", "mounts a token that it does not need", ["pod-service-account-token"]],
        ["CKV_K8S_21", "stands in the default namespace", ["default-namespace"]],
        ["CKV_K8S_37", "keeps its capabilities", ["pod-capabilities"]],
        ["AVD-KSV-0027", "unmasks /proc", ["pod-kernel-settings"]],
        ["kube-score container-resources", "has no limits", ["pod-resources"]],
        ["kube-score pod-probes", "has no probes", ["pod-probes"]],
      ],
    ),
    ...flawsOf(
      "storefront",
      ["deployment-strategy", "pod-root-filesystem", "pod-service-account", "pod-service-account-token"],
      [
        ["CKV_K8S_39", "has the capability SYS_ADMIN", ["pod-capabilities"], "SYS_ADMIN"],
        ["CKV_K8S_20", "may gain privileges", ["pod-privilege-escalation"]],
        ["CKV_K8S_40", "may run as root", ["pod-root-user"]],
        ["CKV_K8S_29", "has no security context", ["pod-seccomp"]],
        ["CKV_K8S_43", "runs an image by its tag", ["image-digests"]],
        ["AVD-KSV-0125", "runs an image of Docker Hub", ["image-registries"]],
        ["CKV_K8S_35", "takes a Secret into its environment", ["pod-environment-secrets"]],
        ["KICS Passwords And Secrets", "has an API key in a variable", ["environment-secrets"]],
        ["CKV_K8S_13", "has no limit of memory", ["pod-resources"], "memory"],
        ["CKV_K8S_8", "has no liveness probe", ["pod-probes"], "liveness"],
        ["CKV_K8S_9", "has no readiness probe", ["pod-probes"], "readiness"],
        ["kube-score deployment-replicas", "has one pod", ["workload-replicas"]],
      ],
    ),
    ...flawsOf(
      "shop",
      [],
      [
        ["CKV2_K8S_6", "has no network policy that denies", ["namespace-default-deny"]],
        ["AVD-KSV-0039", "has no limits", ["namespace-limits"]],
        ["kubescape C-0192", "holds its pods to no standard", ["namespace-pod-security"]],
      ],
    ),
    ...flawsOf(
      "storefront-account",
      [],
      [["KICS Service Account Token Automount Not Disabled", "mounts its token", ["service-account-tokens"]]],
    ),
    ...flawsOf(
      "storefront-secret",
      [],
      [["KICS Passwords And Secrets", "has its contents in the program", ["kubernetes-secret-objects"]]],
    ),
    ...flawsOf(
      "storefront-settings",
      ["log-level", "plain-secrets"],
      [["AVD-KSV-0109", "keeps a password in a ConfigMap", ["environment-secrets"]]],
    ),
    ...flawsOf(
      "storefront-node",
      [],
      [["kube-score service-type", "opens a port of every node", ["service-node-ports"]]],
    ),
    ...flawsOf(
      "storefront-public",
      [],
      [["KICS Service With External Load Balancer", "is on the internet", ["service-load-balancers"]]],
    ),
    ...flawsOf("storefront-ingress", ["ingress-routes"], [["kubescape C-0263", "has no certificate", ["ingress-tls"]]]),
    ...flawsOf("allow-all", [], [["CIS Kubernetes 5.3.2", "lets everybody in", ["network-policy-width"]]]),
    ...flawsOf("disks", ["storage-types"], [["AVD-AWS-0026", "makes disks without encryption", ["volume-encryption"]]]),
  ],
};
