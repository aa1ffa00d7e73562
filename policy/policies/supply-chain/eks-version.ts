import type { ResourceRule } from "../../rule.ts";

/**
 * The oldest minor version of Kubernetes in EKS's standard support at the end of 2026:
 * https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html
 */
const oldest = 34;

export const eksVersion: ResourceRule = {
  name: "eks-version",
  title: "A supported version of Kubernetes",
  severity: "high",
  category: "supply chain",
  description: "An EKS cluster names its version of Kubernetes, one that has standard support.",
  rationale: "A version without support gets no patches, and EKS raises it by itself on a day that nobody chose.",
  remediation: `Set version to 1.${oldest} or newer.`,
  controls: ["SOC2 CC7.1", "ISO27001 A.8.8", "NIST SA-22", "NIST SI-2", "NIST CM-2"],
  appliesTo: ["aws:eks/cluster:Cluster"],
  judge: ({ props }) => {
    const { version } = props;
    if (version === undefined || version === null) return ["names no version of Kubernetes."];
    const minor = Number(/^1\.([0-9]+)$/.exec(String(version))?.[1]);
    return minor >= oldest ? [] : [`runs Kubernetes ${version}, which is older than 1.${oldest}.`];
  },
};
