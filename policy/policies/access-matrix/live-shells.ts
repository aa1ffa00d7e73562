import { accessMatrix } from "../../access-matrix.ts";
import { environmentOf } from "../../resource.ts";
import type { ResourceRule } from "../../rule.ts";
import { recordsOf, textsOf } from "../../values.ts";

const service = "aws:ecs/service:Service";

/** Parts of a pod by which one gets into it. */
const doors: readonly string[] = [
  "pods/attach",
  "pods/ephemeralcontainers",
  "pods/exec",
  "pods/portforward",
  "pods/proxy",
];

export const liveShells: ResourceRule = {
  name: "live-shells",
  title: "No shells beside customers' data",
  severity: "high",
  category: "access matrix",
  description: "In production and pre-production nobody is let into a running container.",
  rationale: "A shell has the application's role and its connections: it writes what it likes, as the application.",
  remediation:
    "Leave enableExecuteCommand out, and exec, attach and portforward out of roles; run what is needed as an operator's task.",
  controls: ["SOC2 CC6.3", "ISO27001 A.8.18", "NIST AC-17", "NIST AC-6(10)", "GDPR 32(4)"],
  appliesTo: [
    service,
    "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole",
    "kubernetes:rbac.authorization.k8s.io/v1:Role",
  ],
  environments: ["preProduction", "production"],
  judge: (resource) => {
    const { props, type } = resource;
    if (accessMatrix[environmentOf(resource)].people !== "readOnly") return [];
    if (type === service) return props.enableExecuteCommand === true ? ["lets people into its containers."] : [];
    return recordsOf(props.rules)
      .filter(({ verbs }) => textsOf(verbs).some((verb) => ["*", "create", "get", "patch", "update"].includes(verb)))
      .flatMap(({ resources }) => textsOf(resources).filter((each) => doors.includes(each)))
      .map((door) => `lets its holders into running pods by ${door}.`);
  },
};
