import { containersOf, podSpecOf, workloadTypes } from "../../kubernetes.ts";
import type { ResourceRule } from "../../rule.ts";
import { recordOf, recordsOf } from "../../values.ts";

/** Safe ones by the baseline standard: https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline */
const safeSysctls: readonly string[] = [
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.ip_local_reserved_ports",
  "net.ipv4.ip_unprivileged_port_start",
  "net.ipv4.ping_group_range",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_keepalive_intvl",
  "net.ipv4.tcp_keepalive_probes",
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_syncookies",
];
const seLinuxTypes: readonly unknown[] = [
  undefined,
  null,
  "",
  "container_engine_t",
  "container_init_t",
  "container_kvm_t",
  "container_t",
];

export const podKernelSettings: ResourceRule = {
  name: "pod-kernel-settings",
  title: "The kernel's guards stay on",
  severity: "high",
  category: "Kubernetes",
  description: "No pod unmasks /proc, sets an unsafe sysctl, or turns off SELinux or AppArmor.",
  rationale:
    "Each of these is a guard between a container and its node, and a sysctl of the node changes all its pods.",
  remediation: "Leave out procMount, unsafe sysctls, seLinuxOptions and the Unconfined profile.",
  controls: ["CIS-K8S 5.7.3", "NIST CM-7", "NIST SC-39", "ISO27001 A.8.9"],
  appliesTo: workloadTypes,
  judge: (resource) => [
    ...recordsOf(recordOf(podSpecOf(resource).securityContext).sysctls)
      .filter(({ name }) => !safeSysctls.includes(String(name)))
      .map(({ name }) => `sets the sysctl ${name}.`),
    ...containersOf(resource).flatMap(({ name, security }) => {
      const { role, type, user } = recordOf(security.seLinuxOptions);
      return [
        ...(security.procMount === "Unmasked" ? [`unmasks /proc for the container "${name}".`] : []),
        ...(recordOf(security.appArmorProfile).type === "Unconfined"
          ? [`turns off AppArmor for the container "${name}".`]
          : []),
        ...(role || user || !seLinuxTypes.includes(type)
          ? [`chooses its own SELinux context for the container "${name}".`]
          : []),
      ];
    }),
  ],
};
