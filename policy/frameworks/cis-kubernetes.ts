import type { Framework } from "./framework.ts";

/**
 * CIS Kubernetes Benchmark: section 5, which clusters answer for themselves, whole. (The edition has no 5.6.)
 *
 * Sections 1 to 4 are about files and flags of machines that EKS runs: they are here by their groups, with the single recommendations
 * that a cluster's own settings decide. Section 2, etcd, has no groups.
 */
export const cisKubernetes = {
  name: "CIS Kubernetes Benchmark",
  version: "1.10",
  reference: "https://www.cisecurity.org/benchmark/kubernetes",
  controls: {
    // Control plane and nodes.
    "1.1": { title: "Files of the control plane belong to root alone", responsible: "provider" },
    "1.2": { title: "The API server's flags are secure", responsible: "provider" },
    // EKS's encryptionConfig decides these two.
    "1.2.27": { title: "The API server encrypts what it stores", responsible: "technical" },
    "1.2.28": { title: "Stored Secrets are encrypted by a strong provider", responsible: "technical" },
    "1.3": { title: "The controller manager's flags are secure", responsible: "provider" },
    "1.4": { title: "The scheduler's flags are secure", responsible: "provider" },
    "2.1": { title: "etcd serves TLS", responsible: "provider" },
    "2.2": { title: "etcd asks clients for certificates", responsible: "provider" },
    "2.3": { title: "etcd does not sign its own server certificate", responsible: "provider" },
    "2.4": { title: "etcd's members talk TLS", responsible: "provider" },
    "2.5": { title: "etcd's members ask each other for certificates", responsible: "provider" },
    "2.6": { title: "etcd's members do not sign their own certificates", responsible: "provider" },
    "2.7": { title: "etcd has a certificate authority of its own", responsible: "provider" },
    "3.1": { title: "People sign in by an identity provider", responsible: "provider" },
    "3.2": { title: "The API server keeps an audit log", responsible: "provider" },
    // EKS writes the policy; whether the log is kept is the cluster's setting of control plane logging.
    "3.2.1": { title: "An audit policy is in force", responsible: "technical" },
    "3.2.2": { title: "The audit policy covers what matters for security", responsible: "provider" },
    "4.1": { title: "Files of the nodes belong to root alone", responsible: "provider" },
    "4.2": { title: "The kubelet's flags are secure", responsible: "provider" },
    "4.3": { title: "kube-proxy's metrics stay on the node", responsible: "provider" },

    // RBAC and service accounts.
    "5.1.1": { title: "cluster-admin is bound only where it must be", responsible: "technical" },
    "5.1.2": { title: "Few may read Secrets", responsible: "technical" },
    "5.1.3": { title: "Roles name verbs and resources, without wildcards", responsible: "technical" },
    "5.1.4": { title: "Few may create pods", responsible: "technical" },
    "5.1.5": { title: "Default service accounts are not used", responsible: "technical" },
    "5.1.6": { title: "Pods get a service account's token only when they need it", responsible: "technical" },
    "5.1.7": { title: "Nobody is in system:masters", responsible: "technical" },
    "5.1.8": { title: "Few may bind, impersonate or escalate", responsible: "technical" },
    "5.1.9": { title: "Few may create persistent volumes", responsible: "technical" },
    "5.1.10": { title: "Few may use a node's proxy", responsible: "technical" },
    "5.1.11": { title: "Few may approve certificate requests", responsible: "technical" },
    "5.1.12": { title: "Few may configure admission webhooks", responsible: "technical" },
    "5.1.13": { title: "Few may issue tokens of service accounts", responsible: "technical" },

    // Pod security.
    "5.2.1": { title: "Some mechanism enforces pod security", responsible: "technical" },
    "5.2.2": { title: "Containers are not privileged", responsible: "technical" },
    "5.2.3": { title: "Pods do not see the host's processes", responsible: "technical" },
    "5.2.4": { title: "Pods do not share the host's IPC", responsible: "technical" },
    "5.2.5": { title: "Pods do not share the host's network", responsible: "technical" },
    "5.2.6": { title: "Containers cannot gain privileges", responsible: "technical" },
    "5.2.7": { title: "Containers do not run as root", responsible: "technical" },
    "5.2.8": { title: "Containers cannot send raw packets", responsible: "technical" },
    "5.2.9": { title: "Containers add no capabilities", responsible: "technical" },
    "5.2.10": { title: "Containers drop all capabilities that they do not need", responsible: "technical" },
    "5.2.11": { title: "Windows containers are not host processes", responsible: "technical" },
    "5.2.12": { title: "Pods do not mount the host's paths", responsible: "technical" },
    "5.2.13": { title: "Containers do not listen on the host's ports", responsible: "technical" },

    // Network policies.
    "5.3.1": { title: "The network plugin enforces network policies", responsible: "technical" },
    "5.3.2": { title: "Every namespace has network policies", responsible: "technical" },

    // Secrets.
    "5.4.1": { title: "Secrets come as files rather than as environment variables", responsible: "technical" },
    "5.4.2": { title: "Secrets are kept outside the cluster", responsible: "technical" },

    // Admission.
    "5.5.1": { title: "Only images of known origin are admitted", responsible: "technical" },

    // General.
    "5.7.1": { title: "Namespaces bound who administers what", responsible: "technical" },
    "5.7.2": { title: "Pods run under the runtime's seccomp profile", responsible: "technical" },
    "5.7.3": { title: "Pods and containers have a security context", responsible: "technical" },
    "5.7.4": { title: "Nothing runs in the default namespace", responsible: "technical" },
  },
} as const satisfies Framework;
