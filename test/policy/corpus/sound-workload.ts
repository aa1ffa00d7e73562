import * as k8s from "@pulumi/kubernetes";
import { account, keyArn, region } from "./program.ts";

const image = `${account}.dkr.ecr.${region}.amazonaws.com/ledger@sha256:${"a".repeat(64)}`;
const namespace = "ledger";
const labels = { app: "ledger" };

/** A namespace of Kubernetes with all that keeps others out. */
export function buildNamespace(): void {
  new k8s.core.v1.Namespace("ledger-namespace", {
    metadata: { name: namespace, labels: { "pod-security.kubernetes.io/enforce": "restricted" } },
  });
  new k8s.networking.v1.NetworkPolicy("ledger-deny", {
    metadata: { name: "default-deny", namespace },
    spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
  });
  new k8s.networking.v1.NetworkPolicy("ledger-from-gateway", {
    metadata: { name: "from-gateway", namespace },
    spec: {
      podSelector: { matchLabels: labels },
      policyTypes: ["Ingress"],
      ingress: [{ from: [{ podSelector: { matchLabels: { app: "gateway" } } }], ports: [{ port: 8080 }] }],
    },
  });
  new k8s.core.v1.ResourceQuota("ledger-quota", {
    metadata: { name: "quota", namespace },
    spec: { hard: { "requests.cpu": "4", "limits.memory": "8Gi" } },
  });
  new k8s.core.v1.LimitRange("ledger-limits", {
    metadata: { name: "limits", namespace },
    spec: { limits: [{ type: "Container", default: { memory: "256Mi" }, defaultRequest: { cpu: "100m" } }] },
  });
  new k8s.rbac.v1.Role("ledger-settings-reader", {
    metadata: { name: "settings-reader", namespace },
    rules: [{ apiGroups: [""], resources: ["configmaps"], resourceNames: ["ledger"], verbs: ["get"] }],
  });
  new k8s.storage.v1.StorageClass("encrypted-disks", {
    metadata: { name: "encrypted-disks" },
    provisioner: "ebs.csi.aws.com",
    parameters: { type: "gp3", encrypted: "true", kmsKeyId: keyArn },
  });
}

/** A workload in it about which nobody has anything to say. */
export function buildWorkload(): void {
  new k8s.core.v1.ServiceAccount("ledger-account", {
    metadata: { name: "ledger", namespace },
    automountServiceAccountToken: false,
  });
  new k8s.core.v1.ConfigMap("ledger-settings", {
    metadata: { name: "ledger", namespace },
    data: { LOG_LEVEL: "error", CURRENCY: "EUR" },
  });
  const probe = { httpGet: { path: "/health", port: 8080 } };
  new k8s.apps.v1.Deployment("ledger", {
    metadata: { name: "ledger", namespace },
    spec: {
      replicas: 3,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: "ledger",
          automountServiceAccountToken: false,
          securityContext: { runAsNonRoot: true, runAsUser: 10_001, seccompProfile: { type: "RuntimeDefault" } },
          topologySpreadConstraints: [
            {
              maxSkew: 1,
              topologyKey: "topology.kubernetes.io/zone",
              whenUnsatisfiable: "DoNotSchedule",
              labelSelector: { matchLabels: labels },
            },
          ],
          containers: [
            {
              name: "ledger",
              image: image,
              ports: [{ containerPort: 8080 }],
              readinessProbe: probe,
              livenessProbe: probe,
              resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "256Mi" } },
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ["ALL"] },
              },
            },
          ],
        },
      },
    },
  });
  new k8s.policy.v1.PodDisruptionBudget("ledger-budget", {
    metadata: { name: "ledger", namespace },
    spec: { maxUnavailable: 1, selector: { matchLabels: labels } },
  });
  new k8s.autoscaling.v2.HorizontalPodAutoscaler("ledger-scaling", {
    metadata: { name: "ledger", namespace },
    spec: {
      minReplicas: 3,
      maxReplicas: 9,
      scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "ledger" },
    },
  });
  new k8s.core.v1.Service("ledger-service", {
    metadata: { name: "ledger", namespace },
    spec: { selector: labels, ports: [{ port: 80, targetPort: 8080 }] },
  });
  new k8s.networking.v1.Ingress("ledger-ingress", {
    metadata: {
      name: "ledger",
      namespace,
      annotations: {
        "alb.ingress.kubernetes.io/scheme": "internal",
        "alb.ingress.kubernetes.io/certificate-arn": `arn:aws:acm:${region}:${account}:certificate/6f0a1c9e`,
        "alb.ingress.kubernetes.io/listen-ports": '[{"HTTPS": 443}]',
        "alb.ingress.kubernetes.io/ssl-policy": "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
      },
    },
    spec: {
      ingressClassName: "alb",
      rules: [
        {
          host: "ledger.shop.example",
          http: {
            paths: [{ path: "/", pathType: "Prefix", backend: { service: { name: "ledger", port: { number: 80 } } } }],
          },
        },
      ],
    },
  });
}
